#pragma once
#include <immintrin.h>

#include "freshet/kernel/token_words.h"

/// What the kernels of names and numbers share where there is AVX2. Unnamed namespace: see lanes.h.
namespace freshet::kernel {
namespace {

// Eight digits of each of four numbers, the first in the lowest byte, as four integers.
inline __m128i whole_numbers(__m256i digits) noexcept {
  digits = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));   // pairs
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00010064));  // fours
  digits = _mm256_packus_epi32(digits, digits);
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00012710));  // eights
  return _mm_unpacklo_epi64(_mm256_castsi256_si128(digits), _mm256_extracti128_si256(digits, 1));
}

inline __m256i is_digit(__m256i values) noexcept {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
}

inline bool are_digits(__m256i values) noexcept {
  return _mm256_movemask_epi8(is_digit(values)) == -1;
}

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
  // Names of one to eight digits, all of them: their numbers.
  static bool numbers(const char* text, const uint32_t* begin, const uint32_t* size,
                      Type* out) noexcept {
    __m128i half[2];
    for (int k = 0; k < 2; k++) {
      const auto eight = [&](int i) {
        long long bytes;
        __builtin_memcpy(&bytes, text + begin[4 * k + i], 8);
        return bytes;
      };
      const __m128i sizes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(size + 4 * k));
      const __m128i less = _mm_sub_epi32(sizes, _mm_set1_epi32(1));
      const __m128i fits = _mm_cmpeq_epi32(_mm_min_epu32(less, _mm_set1_epi32(7)), less);
      // The last digit moves to the highest byte, zeros before the first.
      const __m256i shift =
          _mm256_cvtepi32_epi64(_mm_slli_epi32(_mm_sub_epi32(_mm_set1_epi32(8), sizes), 3));
      __m256i digits = _mm256_setr_epi64x(eight(0), eight(1), eight(2), eight(3));
      digits = _mm256_sllv_epi64(_mm256_sub_epi8(digits, _mm256_set1_epi8('0')), shift);
      if (!are_digits(digits) || _mm_movemask_epi8(fits) != 0xffff) return false;
      half[k] = whole_numbers(digits);
    }
    *out = (Type)_mm256_inserti128_si256(_mm256_castsi128_si256(half[0]), half[1], 1);
    return true;
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
