#include "freshet/kernel/x86/words512.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

// A sign at the front of a number: it goes, and the bytes behind it move down by one.
struct Signed {
  __m512i bytes;
  __mmask8 is_minus, has_sign;
};

inline Signed without_sign(__m512i bytes) noexcept {
  const __m512i first = _mm512_and_si512(bytes, _mm512_set1_epi64(0xff));
  const __mmask8 is_minus = _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('-'));
  const auto has_sign =
      static_cast<__mmask8>(is_minus | _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('+')));
  return {_mm512_mask_srli_epi64(bytes, has_sign, bytes, 8), is_minus, has_sign};
}

// Doubles among the `bits` (a power of two) around the middle of two floats.
inline __mmask8 near_halfway(__m512d value, int64_t bits) noexcept {
  const __m512i moved = _mm512_add_epi64(_mm512_castpd_si512(value), _mm512_set1_epi64(bits >> 1));
  const __m512i low = _mm512_and_si512(moved, _mm512_set1_epi64(0x1fffffff & -bits));
  return _mm512_cmpeq_epi64_mask(low, _mm512_set1_epi64(0x10000000));
}

// Stores eight results, with their signs and 1 where there is nothing. Answers zeros, a bit for each.
inline uint32_t store(__m512d value, __mmask8 is_minus, __mmask8 is_empty, float* out) noexcept {
  __m256 result = _mm512_cvtpd_ps(value);
  result = _mm256_mask_or_ps(result, is_minus, result, _mm256_set1_ps(-0.0f));
  result = _mm256_mask_mov_ps(result, is_empty, _mm256_set1_ps(1));
  _mm256_storeu_ps(out, result);
  return _mm256_cmp_ps_mask(result, _mm256_setzero_ps(), _CMP_EQ_OQ);
}

// Eight numbers of up to eight characters. Answers those that need a closer look, a bit for each.
inline uint32_t eight(const char* text, const uint32_t* begin, const uint32_t* sizes, float* out,
                      uint32_t* zeros) noexcept {
  const __m256i sizes8 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sizes));
  if (_mm256_testz_si256(sizes8, sizes8)) {  // names without values
    _mm256_storeu_ps(out, _mm256_set1_ps(1));
    return 0;
  }
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi64(1);
  const __m512i size = _mm512_cvtepu32_epi64(sizes8);
  const __mmask8 is_empty = _mm512_testn_epi64_mask(size, size);
  const Signed number = without_sign(eight_words(text, begin));
  const __m512i left = _mm512_mask_sub_epi64(size, number.has_sign, size, one);

  // The last character moves up to the highest byte, zeros in front of the first. A shift by 64 gives 0.
  const __m512i up = _mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(8), left), 3);
  const __m512i values =
      _mm512_sllv_epi64(_mm512_sub_epi8(number.bytes, _mm512_set1_epi8('0')), up);
  // What is before the first dot moves up over it.
  const __mmask64 dot_bytes = _mm512_cmpeq_epi8_mask(values, _mm512_set1_epi8('.' - '0'));
  const __m512i dots = _mm512_maskz_mov_epi8(dot_bytes, _mm512_set1_epi8(1));
  const __mmask8 has_dot = _mm512_test_epi64_mask(dots, dots);
  const __m512i dot = _mm512_and_si512(dots, _mm512_sub_epi64(zero, dots));
  const __m512i before = _mm512_and_si512(values, _mm512_sub_epi64(dot, one));
  const __m512i behind =
      _mm512_and_si512(values, _mm512_sub_epi64(zero, _mm512_slli_epi64(dot, 8)));
  const __m512i digits =
      _mm512_or_si512(behind, _mm512_mask_slli_epi64(before, has_dot, before, 8));
  // 63 less eight for each byte above it; 64 without a dot, which is 0 in three bits.
  const __m512i decimals = _mm512_srli_epi64(_mm512_lzcnt_epi64(dot), 3);

  // A product is within two units of the last place of the double that is right; of eight such units
  // around the middle of two floats each may belong to either.
  const __m512d inverse = _mm512_setr_pd(1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7);
  const __m512d value = _mm512_mul_pd(_mm512_cvtepu64_pd(whole_numbers(digits)),
                                      _mm512_permutexvar_pd(decimals, inverse));
  const __mmask8 is_long = _mm512_cmpgt_epu64_mask(size, _mm512_set1_epi64(8));
  const __mmask8 is_bare = _mm512_cmpeq_epi64_mask(left, _mm512_maskz_mov_epi64(has_dot, one));
  const auto good = static_cast<uint32_t>(
      (all_digits(digits) & ~(near_halfway(value, 8) | is_long | is_bare)) | is_empty);
  *zeros = good & store(value, number.is_minus, is_empty, out);
  return ~good & 0xff;
}

// Eight numbers as %.4e to %.7e write them. Answers those that need a closer look, a bit for each.
inline uint32_t eight_scientific(const char* text, const uint32_t* begin, const uint32_t* sizes,
                                 float* out, uint32_t* zeros) noexcept {
  const __m256i sizes8 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sizes));
  if (_mm256_cmplt_epu32_mask(sizes8, _mm256_set1_epi32(8)) != 0) return 0xff;
  uint32_t last[8];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(last),
                      _mm256_add_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin)),
                                       _mm256_sub_epi32(sizes8, _mm256_set1_epi32(8))));
  const Signed head = without_sign(eight_words(text, begin));
  const __m512i tail = eight_words(text, last);  // DDDDe-DD
  const auto byte = [](__m512i of, unsigned at) {
    return _mm512_and_si512(_mm512_srli_epi64(of, 8 * at), _mm512_set1_epi64(0xff));
  };
  const auto is = [&](__m512i of, unsigned at, char c) {
    return _mm512_cmpeq_epi64_mask(byte(of, at), _mm512_set1_epi64(c));
  };
  const __m512i one = _mm512_set1_epi64(1), zeros8 = _mm512_set1_epi8('0');
  const __m512i size = _mm512_cvtepu32_epi64(sizes8);
  const __m512i unsigned_decimals = _mm512_sub_epi64(size, _mm512_set1_epi64(6));
  const __m512i decimals =
      _mm512_mask_sub_epi64(unsigned_decimals, head.has_sign, unsigned_decimals, one);

  // The last four digits are at the front of the tail, those before them in the head, around its dot.
  const __m512i front = _mm512_sub_epi8(head.bytes, zeros8), back = _mm512_sub_epi8(tail, zeros8);
  const __m512i first = _mm512_set1_epi64(0xff);
  const __m512i joined = _mm512_or_si512(_mm512_and_si512(front, first),
                                         _mm512_andnot_si512(first, _mm512_srli_epi64(front, 8)));
  const __m512i up = _mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(7), decimals), 3);
  const __m512i digits = _mm512_or_si512(
      _mm512_and_si512(_mm512_sllv_epi64(joined, up), _mm512_set1_epi64(0xffffffff)),
      _mm512_slli_epi64(back, 32));

  const __m512i tens = byte(back, 6), ones = byte(back, 7), nine = _mm512_set1_epi64(9);
  const __m512i exponent = _mm512_add_epi64(_mm512_mul_epu32(tens, _mm512_set1_epi64(10)), ones);
  const __mmask8 is_small = is(tail, 5, '-');
  const __m512i power =
      _mm512_mask_add_epi64(_mm512_sub_epi64(decimals, exponent), is_small, decimals, exponent);
  const double* powers = short_number_detail::kPowers;
  const __m512d exact = _mm512_div_pd(
      _mm512_cvtepu64_pd(whole_numbers(digits)),
      _mm512_permutex2var_pd(_mm512_loadu_pd(powers), power, _mm512_loadu_pd(powers + 8)));

  const auto fits = static_cast<uint32_t>(
      all_digits(digits) & ~near_halfway(exact, 1) & is(head.bytes, 1, '.') &
      (is(tail, 4, 'e') | is(tail, 4, 'E')) & (is_small | is(tail, 5, '+')) &
      _mm512_cmple_epu64_mask(tens, nine) & _mm512_cmple_epu64_mask(ones, nine) &
      _mm512_cmplt_epu64_mask(power, _mm512_set1_epi64(16)) &
      _mm512_cmplt_epu64_mask(_mm512_sub_epi64(decimals, _mm512_set1_epi64(4)),
                              _mm512_set1_epi64(4)));
  *zeros = fits & store(exact, head.is_minus, 0, out);
  return ~fits & 0xff;
}

}  // namespace

Decimals decimal_x4_avx512(Tokens numbers, float* out) noexcept {
  const auto fast = [&](std::size_t i, float* to, uint32_t* found) {
    const uint32_t *begin = numbers.begin + i, *size = numbers.size + i;
    // What begins with a long one is most often long all of it.
    return size[0] <= 9 ? eight(numbers.text, begin, size, to, found)
                        : eight_scientific(numbers.text, begin, size, to, found);
  };
  const auto slow = [&](std::size_t i, uint32_t left, std::size_t* bad) {
    return decimals_one_by_one(numbers, i, left, out, bad);
  };
  return decimals_by_eight(numbers, out, fast, slow);
}

}  // namespace freshet::kernel
