#pragma once
#include <cstddef>

/// The order in which all sums of the kernels run: 16 lanes, element i in lane i mod 16, then a fixed tree.
///
/// Written with the compilers' vector types, so that one text serves every instruction set: an ISA file instantiates its
/// width (Floats4 here, wider ones in the folder of their instruction set). All of it lives in an unnamed namespace on purpose: files compiled for different machines must never share a
/// function, or the linker might keep the one that this machine can't run.
namespace freshet::kernel {

inline constexpr std::size_t kLanes = 16;

namespace {

/// Four floats: SSE2, NEON, SIMD128, and plain registers elsewhere.
struct Floats4 {
  static constexpr std::size_t kWidth = 4;
  typedef float Type __attribute__((vector_size(16)));

  static Type load(const float* from) noexcept {
    Type v;
    __builtin_memcpy(&v, from, sizeof(v));
    return v;
  }

  /// The first n < kWidth; zeros behind. Reads nothing behind them.
  static Type load_some(const float* from, std::size_t n) noexcept {
    return Type{n > 0 ? from[0] : 0, n > 1 ? from[1] : 0, n > 2 ? from[2] : 0, 0};
  }

  static void store(Type v, float* to) noexcept { __builtin_memcpy(to, &v, sizeof(v)); }

  /// Four vectors of lanes: k + (k + 8), then k + 4, then k + 2, then k + 1.
  static float sum(const Type* lanes) noexcept {
    const Type quarter = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  }
};

/// The tree over lanes in memory.
inline float sum_lanes(const float* lanes) noexcept {
  float half[8];
  for (std::size_t k = 0; k < 8; k++)
    half[k] = lanes[k] + lanes[k + 8];
  for (std::size_t k = 0; k < 4; k++)
    half[k] += half[k + 4];
  return (half[0] + half[2]) + (half[1] + half[3]);
}

template <class Floats>
inline float dot_lanes(const float* a, const float* b, std::size_t n) noexcept {
  constexpr std::size_t kWidth = Floats::kWidth;
  typename Floats::Type lanes[kLanes / kWidth];
  for (auto& lane : lanes)
    lane = typename Floats::Type{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kLanes / kWidth; k++) {
      lanes[k] += Floats::load(a + i + k * kWidth) * Floats::load(b + i + k * kWidth);
    }
  }
  // Unrolled, so that the lanes stay in registers.
  // A lane that gets no product gets 0 * 0: it started at +0, so it can't be the -0 that this would change.
#pragma GCC unroll 4
  for (std::size_t k = 0; k < kLanes / kWidth; k++, i += kWidth) {
    if (i + kWidth <= n) {
      lanes[k] += Floats::load(a + i) * Floats::load(b + i);
    } else if (i < n) {
      lanes[k] += Floats::load_some(a + i, n - i) * Floats::load_some(b + i, n - i);
    }
  }
  return Floats::sum(lanes);
}

template <class Floats>
inline void axpy_lanes(float scale, const float* x, float* y, std::size_t n) noexcept {
  constexpr std::size_t kWidth = Floats::kWidth;
  std::size_t i = 0;
  for (; i + kWidth <= n; i += kWidth)
    Floats::store(Floats::load(y + i) + Floats::load(x + i) * scale, y + i);
  for (; i < n; i++)
    y[i] += x[i] * scale;
}

}  // namespace

}  // namespace freshet::kernel
