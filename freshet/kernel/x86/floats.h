#pragma once
#include <cstddef>

#include <immintrin.h>

/// What lanes.h needs of the wider x86 vectors, for files compiled with their instructions; unnamed namespace: see there.
namespace freshet::kernel {
namespace {

/// Eight floats.
struct Floats8 {
  static constexpr std::size_t kWidth = 8;
  using Type = __m256;

  static Type load(const float* from) noexcept { return _mm256_loadu_ps(from); }
  static Type load_some(const float* from, std::size_t n) noexcept {
    alignas(32) static constexpr int kOnesThenZeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const auto* mask = reinterpret_cast<const __m256i*>(kOnesThenZeros + 8 - n);
    return _mm256_maskload_ps(from, _mm256_loadu_si256(mask));
  }
  static void store(Type v, float* to) noexcept { _mm256_storeu_ps(to, v); }

  static float sum(const Type* lanes) noexcept {
    const Type half = lanes[0] + lanes[1];
    const __m128 quarter = _mm256_castps256_ps128(half) + _mm256_extractf128_ps(half, 1);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
  }
};

#if defined(__AVX512F__)
/// Sixteen floats: for what has no sums. A sum in one vector of 16 waits for itself; two of 8 are faster.
struct Floats16 {
  static constexpr std::size_t kWidth = 16;
  using Type = __m512;

  static Type load(const float* from) noexcept { return _mm512_loadu_ps(from); }
  static void store(Type v, float* to) noexcept { _mm512_storeu_ps(to, v); }
};
#endif

}  // namespace
}  // namespace freshet::kernel
