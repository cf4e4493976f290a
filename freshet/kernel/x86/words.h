#pragma once
#include <immintrin.h>

#include "freshet/kernel/token_words.h"

namespace freshet::kernel {
namespace {

/// Eight 32-bit lanes, for murmur_lanes.
struct Words8 {
  static constexpr std::size_t kWidth = 8;
  typedef uint32_t Type __attribute__((vector_size(32)));
  typedef int32_t Signed __attribute__((vector_size(32)));

  static Type load(const uint32_t* from) noexcept {
    return (Type)_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static void store(Type v, uint32_t* to) noexcept {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)v);
  }
  static uint32_t lanes(Type mask) noexcept {
    return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask));
  }
  // Sixteen bytes of each name, transposed: block[k] has bytes 4k .. 4k + 3 of all.
  static void load_blocks(const char* text, const uint32_t* begin, Type* block) noexcept {
    const auto sixteen = [&](int k) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + begin[k]));
    };
    const auto pair = [&](int k) {
      return _mm256_inserti128_si256(_mm256_castsi128_si256(sixteen(k)), sixteen(k + 4), 1);
    };
    const __m256i a = pair(0), b = pair(1), c = pair(2), d = pair(3);
    const __m256i ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d),
                  ab2 = _mm256_unpackhi_epi32(a, b), cd2 = _mm256_unpackhi_epi32(c, d);
    block[0] = (Type)_mm256_unpacklo_epi64(ab, cd);
    block[1] = (Type)_mm256_unpackhi_epi64(ab, cd);
    block[2] = (Type)_mm256_unpacklo_epi64(ab2, cd2);
    block[3] = (Type)_mm256_unpackhi_epi64(ab2, cd2);
  }
};

}  // namespace
}  // namespace freshet::kernel
