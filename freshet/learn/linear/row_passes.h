#pragma once
/// Passes over the rows of one example's features, shared by the hashed learners (for their .cc files): sums in sixteen lanes,
/// the largest value.

#include <cstddef>
#include <cstdint>

#include "freshet/base/live.h"
#include "freshet/base/math.h"

namespace freshet {
namespace {

typedef float Four __attribute__((vector_size(16)));

inline constexpr float kMost = 3.40282347e38f;  // the largest finite one

typedef uint32_t FourIndices __attribute__((vector_size(16)));
typedef int32_t FourBits __attribute__((vector_size(16)));  // what compares of Four answer

inline bool any(FourBits mask) noexcept {
  typedef int64_t TwoBits __attribute__((vector_size(16)));
  TwoBits two;
  __builtin_memcpy(&two, &mask, sizeof(two));
  return (two[0] | two[1]) != 0;
}

/// Rows of a table with one class.
struct OnlyRows {
  uint32_t mask;
  std::size_t operator()(uint32_t index) const noexcept { return index & mask; }
  FourIndices four(FourIndices index) const noexcept { return index & mask; }
};

/// Rows of one of several classes.
struct ClassRows {
  uint32_t mask, shift, offset;
  std::size_t operator()(uint32_t index) const noexcept {
    return ((index << shift) + offset) & mask;
  }
  FourIndices four(FourIndices index) const noexcept { return ((index << shift) + offset) & mask; }
};

/// Lanes whose row is also another lane's. Indices may differ above the mask.
template <class RowOf>
FourBits same_rows(const RowOf& row_of, const uint32_t* index) noexcept {
  FourIndices at;
  __builtin_memcpy(&at, index, sizeof(at));
  const FourIndices rows = row_of.four(at);
  return (rows == __builtin_shufflevector(rows, rows, 1, 2, 3, 0)) |
         (rows == __builtin_shufflevector(rows, rows, 2, 3, 0, 1));
}

/// Weights inside rows, or alone.  base: that of row 0.
template <class Load, class RowOf, std::size_t kStride>
struct WeightAt {
  const float* base;
  RowOf row_of;
  const float* at(uint32_t index) const noexcept { return base + row_of(index) * kStride; }
  float operator()(uint32_t index) const noexcept { return Load::load(*at(index)); }
  void prefetch(uint32_t index) const noexcept { __builtin_prefetch(at(index)); }
};

/// Sixteen lanes, and their sum by the tree of all kernels.
struct Lanes {
  Four lane[4] = {};
  void add(std::size_t k, float x) noexcept { lane[k >> 2][k & 3] += x; }
  float sum() const noexcept {
    const Four quarter = (lane[0] + lane[2]) + (lane[1] + lane[3]);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  }
};

/// Sum of weight_of(index) times value.
///
/// As all passes: whole() takes a multiple of sixteen features, rest() fewer than sixteen that begin at lane 0, single() one
/// at a lane. They copy what they need into locals: the compiler can't know that stores to rows leave members alone.
template <class WeightOf>
class SumPass {
 public:
  explicit SumPass(WeightOf weight_of) noexcept : weight_of_(weight_of) {}
  void prefetch(uint32_t index) const noexcept { weight_of_.prefetch(index); }
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const WeightOf weight_of = weight_of_;
    Four a = lanes_.lane[0], b = lanes_.lane[1], c = lanes_.lane[2], d = lanes_.lane[3];
    for (std::size_t k = 0; k < n; k += 16) {
      a += products(weight_of, index + k, value + k);
      b += products(weight_of, index + k + 4, value + k + 4);
      c += products(weight_of, index + k + 8, value + k + 8);
      d += products(weight_of, index + k + 12, value + k + 12);
    }
    lanes_ = {{a, b, c, d}};
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const WeightOf weight_of = weight_of_;
    std::size_t q = 0;
    for (; 4 * q + 4 <= n; q++)
      lanes_.lane[q] += products(weight_of, index + 4 * q, value + 4 * q);
    for (std::size_t k = 4 * q; k < n; k++)
      single(index[k], value[k], k);
  }
  void single(uint32_t index, float value, std::size_t lane) noexcept {
    lanes_.add(lane, value * weight_of_(index));
  }
  float sum() const noexcept { return lanes_.sum(); }

 private:
  static Four products(const WeightOf& weight_of, const uint32_t* index,
                       const float* value) noexcept {
    const Four w = {weight_of(index[0]), weight_of(index[1]), weight_of(index[2]),
                    weight_of(index[3])};
    Four x;
    __builtin_memcpy(&x, value, sizeof(x));
    return x * w;
  }

  WeightOf weight_of_;
  Lanes lanes_;
};

/// The largest size among all values, interactions too.
class LargestPass {
 public:
  void prefetch(uint32_t) const noexcept {}
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    rest(index, value, n);
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    for (std::size_t k = 0; k < n; k++)
      single(index[k], value[k], k);
  }
  void single(uint32_t, float value, std::size_t) noexcept {
    const float size = math_abs(value);
    if (!(size <= largest_)) largest_ = size;
  }
  float largest() const noexcept { return largest_; }

 private:
  float largest_ = 0;
};

}  // namespace
}  // namespace freshet
