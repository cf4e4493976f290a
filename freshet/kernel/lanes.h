#pragma once
#include <cstddef>

/// The order in which all sums of the kernels run: 16 lanes, element i in lane i mod 16, then a
/// fixed tree.
///
/// The templates are written with the compilers' vector types, so that one text serves every
/// instruction set: an ISA file instantiates its width. They live in an unnamed namespace on
/// purpose: files compiled for different machines must never share a function, or the linker might
/// keep the one that this machine can't run.
namespace freshet::kernel {

inline constexpr std::size_t kLanes = 16;

namespace {

template <std::size_t kWidth>
struct Vector {
  typedef float Type __attribute__((vector_size(4 * kWidth)));

  static Type load(const float* from) noexcept {
    Type v;
    __builtin_memcpy(&v, from, sizeof(v));
    return v;
  }

  /// The first n < kWidth; zeros behind.
  static Type load_some(const float* from, std::size_t n) noexcept {
    float some[kWidth] = {};
    for (std::size_t i = 0; i < n; i++)
      some[i] = from[i];
    return load(some);
  }

  static void store(Type v, float* to) noexcept { __builtin_memcpy(to, &v, sizeof(v)); }
};

/// Lanes k, k + 8; then k + 4; then k + 2; then k + 1.
inline float sum_lanes(const float* lanes) noexcept {
  float half[8];
  for (std::size_t k = 0; k < 8; k++)
    half[k] = lanes[k] + lanes[k + 8];
  for (std::size_t k = 0; k < 4; k++)
    half[k] += half[k + 4];
  return (half[0] + half[2]) + (half[1] + half[3]);
}

/// The same tree over four vectors of 4, two of 8 or one of 16.
template <std::size_t kWidth>
inline float sum_vectors(const typename Vector<kWidth>::Type* lanes) noexcept {
  if constexpr (kWidth == 16) {
    float all[kLanes];
    Vector<16>::store(lanes[0], all);
    const typename Vector<8>::Type halves[2] = {Vector<8>::load(all), Vector<8>::load(all + 8)};
    return sum_vectors<8>(halves);
  } else if constexpr (kWidth == 8) {
    const typename Vector<8>::Type half = lanes[0] + lanes[1];
    const typename Vector<4>::Type low = __builtin_shufflevector(half, half, 0, 1, 2, 3);
    const typename Vector<4>::Type high = __builtin_shufflevector(half, half, 4, 5, 6, 7);
    const typename Vector<4>::Type quarter = low + high;
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  } else {
    const typename Vector<4>::Type quarter = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  }
}

template <std::size_t kWidth>
inline float dot_lanes(const float* a, const float* b, std::size_t n) noexcept {
  using V = Vector<kWidth>;
  typename V::Type lanes[kLanes / kWidth] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t k = 0; k < kLanes / kWidth; k++)
      lanes[k] += V::load(a + i + k * kWidth) * V::load(b + i + k * kWidth);
  }
  for (std::size_t k = 0; i < n; k++, i += kWidth) {
    if (n - i >= kWidth) {
      lanes[k] += V::load(a + i) * V::load(b + i);
    } else {
      lanes[k] += V::load_some(a + i, n - i) * V::load_some(b + i, n - i);
    }
  }
  return sum_vectors<kWidth>(lanes);
}

template <std::size_t kWidth>
inline void axpy_lanes(float scale, const float* x, float* y, std::size_t n) noexcept {
  using V = Vector<kWidth>;
  std::size_t i = 0;
  for (; i + kWidth <= n; i += kWidth)
    V::store(V::load(y + i) + V::load(x + i) * scale, y + i);
  for (; i < n; i++)
    y[i] += x[i] * scale;
}

}  // namespace

}  // namespace freshet::kernel
