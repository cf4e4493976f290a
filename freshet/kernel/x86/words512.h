#pragma once
#include <immintrin.h>

#include "freshet/kernel/token_words.h"

/// What the kernels of names and numbers share where there is AVX-512. Unnamed namespace: see lanes.h.
namespace freshet::kernel {
namespace {

/// Eight bytes at each of eight places, in order.
inline __m512i eight_words(const char* text, const uint32_t* at) noexcept {
  const auto two = [&](int k) {
    const auto low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text + at[k]));
    return _mm_castps_si128(
        _mm_loadh_pi(_mm_castsi128_ps(low), reinterpret_cast<const __m64*>(text + at[k + 1])));
  };
  const auto four = [&](int k) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(two(k)), two(k + 2), 1);
  };
  return _mm512_inserti64x4(_mm512_castsi256_si512(four(0)), four(4), 1);
}

/// Lanes of which a byte is set in `bytes`.
inline __mmask8 lanes_of(__mmask64 bytes) noexcept {
  const __m512i set = _mm512_movm_epi8(bytes);
  return _mm512_test_epi64_mask(set, set);
}

/// Lanes of which all bytes are values of digits.
inline __mmask8 all_digits(__m512i values) noexcept {
  return static_cast<__mmask8>(~lanes_of(_mm512_cmpgt_epu8_mask(values, _mm512_set1_epi8(9))));
}

/// Eight digits in each lane, the first in the lowest byte, as integers.
inline __m512i whole_numbers(__m512i digits) noexcept {
  const __m512i pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
  const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00010064));
  return _mm512_add_epi64(_mm512_mul_epu32(fours, _mm512_set1_epi64(10000)),
                          _mm512_srli_epi64(fours, 32));
}

}  // namespace
}  // namespace freshet::kernel
