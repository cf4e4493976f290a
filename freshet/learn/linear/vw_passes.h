#pragma once
/// The passes of `vw` over the rows of one example (for vw_model.cc): sum, measure, move.
///
/// Each takes sixteen features at a time, four in a vector, element i in lane i mod 16. Rows are 16 bytes at random places, so
/// four of them are turned into columns of {w, N, G, s}; what is rare (a value larger than any before, a row that repeats among
/// the four, a gradient near the smallest number) goes one by one and in order.

#include <cstddef>
#include <cstdint>

#include "freshet/base/bits.h"
#include "freshet/base/live.h"
#include "freshet/base/math.h"
#include "freshet/core/table.h"
#include "freshet/learn/linear/row_passes.h"
#include "freshet/learn/linear/vw_row.h"

namespace freshet {
namespace {

inline constexpr float kSmallest = 1.1754944e-38f;      // of a squared value
inline constexpr int32_t kMostBits = 0x7f7fffff;        // of the largest finite number
inline constexpr float kSmallestRoot = 1.0842022e-19f;  // 2^-63

/// What the passes of learning know of the table.
template <class RowOf>
struct Place {
  Table& table;
  float* rows;
  RowOf row_of;
  float* row(uint32_t index) const noexcept { return rows + row_of(index) * kVwRow; }
  float* touched_row(uint32_t index) const noexcept {
    const std::size_t at = row_of(index) * kVwRow;
    table.touch(at);
    return rows + at;
  }
};

typedef float Two __attribute__((vector_size(8)));

/// Four rows as columns.
struct FourRows {
  float* row[4];
  Four low, low2, high, high2;
  template <class RowOf>
  [[gnu::always_inline]] FourRows(const RowOf& row_of, float* rows,
                                  const uint32_t* index) noexcept {
    Four a[4];
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; k++) {
      row[k] = static_cast<float*>(__builtin_assume_aligned(rows + row_of(index[k]) * kVwRow, 16));
      __builtin_memcpy(&a[k], row[k], 16);
    }
    low = __builtin_shufflevector(a[0], a[1], 0, 4, 1, 5);   // w0 w1 N0 N1
    high = __builtin_shufflevector(a[0], a[1], 2, 6, 3, 7);  // G0 G1 s0 s1
    low2 = __builtin_shufflevector(a[2], a[3], 0, 4, 1, 5);
    high2 = __builtin_shufflevector(a[2], a[3], 2, 6, 3, 7);
  }
  [[gnu::always_inline]] Four weights() const noexcept {
    return __builtin_shufflevector(low, low2, 0, 1, 4, 5);
  }
  [[gnu::always_inline]] Four largest() const noexcept {
    return __builtin_shufflevector(low, low2, 2, 3, 6, 7);
  }
  [[gnu::always_inline]] Four squares() const noexcept {
    return __builtin_shufflevector(high, high2, 0, 1, 4, 5);
  }
  [[gnu::always_inline]] Four scales() const noexcept {
    return __builtin_shufflevector(high, high2, 2, 3, 6, 7);
  }
  /// Not for readers beside the writer, who look at weights alone.
  [[gnu::always_inline]] void store(Four squares, Four scales) const noexcept {
    const Four front = __builtin_shufflevector(squares, scales, 0, 4, 1, 5);
    const Four back = __builtin_shufflevector(squares, scales, 2, 6, 3, 7);
    const Two pairs[] = {__builtin_shufflevector(front, front, 0, 1),
                         __builtin_shufflevector(front, front, 2, 3),
                         __builtin_shufflevector(back, back, 0, 1),
                         __builtin_shufflevector(back, back, 2, 3)};
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; k++)
      __builtin_memcpy(row[k] + kSquares, &pairs[k], sizeof(Two));
  }
};

/// Scale of the step of a row; 0 where it has no finite one.
inline float scale_of(float squares, float largest, bool adaptive, bool normalized) noexcept {
  float below = 1;
  if (adaptive) below = math_sqrt(squares);
  if (normalized) below *= adaptive ? largest : largest * largest;
  const float scale = 1 / below;
  return scale <= kMost ? scale : 0;
}

/// Step 3: G += d a, N and the weights that shrink with it, s; sums r of a/N^2 and q of a s.  Any choice of the two.
template <class RowOf>
class MeasurePass {
 public:
  MeasurePass(Place<RowOf> place, float d, bool adaptive, bool normalized) noexcept
      : place_(place), d_(d), adaptive_(adaptive), normalized_(normalized) {}
  void prefetch(uint32_t index) const noexcept { __builtin_prefetch(place_.row(index), 1); }
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    for (std::size_t k = 0; k < n; k++)
      single(index[k], value[k], k & 15);
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    whole(index, value, n);
  }
  float norms() const noexcept { return norms_.sum(); }
  float squares() const noexcept { return squares_.sum(); }
  /// Whether a row may have stood twice among four features.
  bool has_repeats() const noexcept { return has_repeats_; }

  void single(uint32_t index, float x, std::size_t lane) noexcept {
    float* row = place_.touched_row(index);
    const float size = math_abs(x) > kSmallestRoot ? math_abs(x) : kSmallestRoot;
    const float a = size * size;
    if (adaptive_) live_store(row[kSquares], row[kSquares] + d_ * a);
    float largest = row[kLargest];
    if (normalized_) {
      if (size > largest) {
        const float ratio = largest / size;
        if (largest > 0)
          live_store(row[kWeight], row[kWeight] * (adaptive_ ? ratio : ratio * ratio));
        largest = size;
        live_store(row[kLargest], largest);
      }
      norms_.add(lane, a / (largest * largest));
    }
    const float scale = scale_of(row[kSquares], largest, adaptive_, normalized_);
    live_store(row[kScale], scale);
    squares_.add(lane, a * scale);
  }

 protected:
  Place<RowOf> place_;
  const float d_;
  Lanes norms_, squares_;
  bool has_repeats_ = true;

 private:
  const bool adaptive_, normalized_;
};

/// The same for adaptive and normalized, by vectors.
template <class RowOf>
class FastMeasurePass : public MeasurePass<RowOf> {
  using Base = MeasurePass<RowOf>;

 public:
  FastMeasurePass(Place<RowOf> place, float d) noexcept : Base(place, d, true, true) {
    if (place.table.is_watched()) watched_ = ~watched_;
    this->has_repeats_ = false;
  }
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const RowOf row_of = this->place_.row_of;
    float* const rows = this->place_.rows;
    const float d = this->d_;
    for (std::size_t k = 0; k < n; k += 16) {
#pragma GCC unroll 4
      for (std::size_t q = 0; q < 4; q++)
        four(row_of, rows, d, index + k + 4 * q, value + k + 4 * q, q);
    }
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    std::size_t q = 0;
    for (; 4 * q + 4 <= n; q++)
      four(this->place_.row_of, this->place_.rows, this->d_, index + 4 * q, value + 4 * q, q);
    for (std::size_t k = 4 * q; k < n; k++)
      this->single(index[k], value[k], k);
  }

 private:
  [[gnu::always_inline]] void four(const RowOf row_of, float* const rows, const float d,
                                   const uint32_t* index, const float* value,
                                   std::size_t q) noexcept {
    const FourRows of(row_of, rows, index);
    const Four squares = of.squares();
    Four largest = of.largest();
    FourBits x;
    __builtin_memcpy(&x, value, 16);
    const FourBits without_sign = x & 0x7fffffff;
    Four size;
    __builtin_memcpy(&size, &without_sign, 16);
    const Four squared = size * size;
    const Four next = squares + squared * d;
    const FourBits grown = size > largest;
    const FourBits rare = (next < kSmallest) | (size < kSmallestRoot) | same_rows(row_of, index);
    if (any(rare | grown | watched_)) [[unlikely]] {
      if (any(rare | watched_)) {
        one_by_one(index, value, 4 * q);
        return;
      }
      grow(index, size, grown);
      largest = size > largest ? size : largest;
    }
    const Four root = {math_sqrt(next[0]), math_sqrt(next[1]), math_sqrt(next[2]),
                       math_sqrt(next[3])};
    const Four scale = 1.0f / (root * largest);
    const Four shrunk = scale * root;  // 1 / N
    this->norms_.lane[q] += squared * (shrunk * shrunk);
    this->squares_.lane[q] += squared * scale;
    of.store(next, scale);
  }

  [[gnu::noinline]] void one_by_one(const uint32_t* index, const float* value,
                                    std::size_t lane) noexcept {
    this->has_repeats_ = true;
    for (std::size_t k = 0; k < 4; k++)
      this->single(index[k], value[k], lane + k);
  }

  // Values larger than any before in their rows, which are four different ones.
  [[gnu::noinline]] void grow(const uint32_t* index, Four size, FourBits grown) noexcept {
    for (std::size_t k = 0; k < 4; k++) {
      if (grown[k] == 0) continue;
      float* row = this->place_.touched_row(index[k]);
      const float largest = row[kLargest];
      if (largest > 0) live_store(row[kWeight], row[kWeight] * (largest / size[k]));
      live_store(row[kLargest], size[k]);
    }
  }

  FourBits watched_ = {};  // whether somebody watches the table, in every lane
};

/// Step 6: w += step x s. A step that isn't finite isn't made.
template <class RowOf, bool kScaled>
class MovePass {
 public:
  MovePass(Place<RowOf> place, float step) noexcept : place_(place), step_(step) {}
  void prefetch(uint32_t index) const noexcept { __builtin_prefetch(place_.row(index), 1); }
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const Place<RowOf> place = place_;
    const float step = step_;
    uint64_t skipped = 0;
#pragma GCC unroll 4
    for (std::size_t k = 0; k < n; k++)
      skipped += one(place, step, index[k], value[k]);
    skipped_ += skipped;
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    whole(index, value, n);
  }
  void single(uint32_t index, float value, std::size_t) noexcept { whole(&index, &value, 1); }
  uint64_t skipped() const noexcept { return skipped_; }

 protected:
  [[gnu::always_inline]] static uint64_t one(const Place<RowOf>& place, float step, uint32_t index,
                                             float x) noexcept {
    // With a scale the row was touched when that was stored.
    float* row = kScaled ? place.row(index) : place.touched_row(index);
    const float next = row[kWeight] + step * x * (kScaled ? row[kScale] : 1.0f);
    if (!(math_abs(next) <= kMost)) [[unlikely]]
      return 1;
    live_store(row[kWeight], next);
    return 0;
  }

  Place<RowOf> place_;
  const float step_;
  uint64_t skipped_ = 0;
};

/// The same by fours, of rows that were scaled and of which no two are one.
template <class RowOf>
class FastMovePass : public MovePass<RowOf, true> {
  using Base = MovePass<RowOf, true>;

 public:
  using Base::Base;
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const RowOf row_of = this->place_.row_of;
    float* const rows = this->place_.rows;
    const float step = this->step_;
    for (std::size_t k = 0; k < n; k += 4)
      four(row_of, rows, step, index + k, value + k);
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const std::size_t by_fours = n & ~std::size_t{3};
    whole(index, value, by_fours);
    Base::whole(index + by_fours, value + by_fours, n - by_fours);
  }

 private:
  [[gnu::always_inline]] void four(const RowOf row_of, float* const rows, const float step,
                                   const uint32_t* index, const float* value) noexcept {
    const FourRows of(row_of, rows, index);
    Four x;
    __builtin_memcpy(&x, value, 16);
    const Four next = of.weights() + step * x * of.scales();
    FourBits size;
    __builtin_memcpy(&size, &next, 16);
    if (any((size & 0x7fffffff) > kMostBits)) [[unlikely]] {
      Base::whole(index, value, 4);
      return;
    }
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; k++)
      live_store(of.row[k][kWeight], next[k]);
  }
};

}  // namespace
}  // namespace freshet
