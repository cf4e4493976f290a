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

/// Rows of a table with one class.
struct OnlyRows {
  uint32_t mask;
  std::size_t operator()(uint32_t index) const noexcept { return index & mask; }
};

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
template <class WeightOf>
class SumPass {
 public:
  explicit SumPass(WeightOf weight_of) noexcept : weight_of_(weight_of) {}
  void prefetch(uint32_t index) const noexcept { weight_of_.prefetch(index); }
  void sixteen(const uint32_t* index, const float* value) noexcept {
#pragma GCC unroll 4
    for (std::size_t q = 0; q < 4; q++) {
      const uint32_t* at = index + 4 * q;
      const float* x = value + 4 * q;
      const Four w = {weight_of_(at[0]), weight_of_(at[1]), weight_of_(at[2]), weight_of_(at[3])};
      lanes_.lane[q] += Four{x[0], x[1], x[2], x[3]} * w;
    }
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    for (std::size_t k = 0; k < n; k++)
      lanes_.add(k, value[k] * weight_of_(index[k]));
  }
  float sum() const noexcept { return lanes_.sum(); }

 private:
  WeightOf weight_of_;
  Lanes lanes_;
};

/// The largest size among all values, interactions too.
class LargestPass {
 public:
  void prefetch(uint32_t) const noexcept {}
  void sixteen(const uint32_t* index, const float* value) noexcept { rest(index, value, 16); }
  void rest(const uint32_t*, const float* value, std::size_t n) noexcept {
    for (std::size_t k = 0; k < n; k++) {
      const float size = math_abs(value[k]);
      if (!(size <= largest_)) largest_ = size;
    }
  }
  float largest() const noexcept { return largest_; }

 private:
  float largest_ = 0;
};

}  // namespace
}  // namespace freshet
