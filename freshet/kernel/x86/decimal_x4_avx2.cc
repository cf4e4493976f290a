#include <immintrin.h>

#include "freshet/kernel/x86/words.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

__m128i two_words(const char* low, const char* high) noexcept {
  const __m128i a = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(low));
  return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(a), reinterpret_cast<const __m64*>(high)));
}

// Where a double is among the `bits` (a power of two) around the middle of two floats.
inline __m256i near_halfway(__m256d value, int64_t bits) noexcept {
  const __m256i moved = _mm256_add_epi64(_mm256_castpd_si256(value), _mm256_set1_epi64x(bits >> 1));
  const __m256i low = _mm256_and_si256(moved, _mm256_set1_epi64x(0x1fffffff & -bits));
  return _mm256_cmpeq_epi64(low, _mm256_set1_epi64x(0x10000000));
}

// Numbers of up to eight characters, four of them, as their digits: values, not characters, the last
// one in the highest byte, zeros in front. Masks are of 64 bits.
struct Digits {
  __m256i digits, decimals;  // how many stand behind the dot
  __m256i is_minus, fits;
};

inline Digits digits_of(__m256i bytes, __m256i size) noexcept {
  const __m256i zero = _mm256_setzero_si256(), eight = _mm256_set1_epi64x(8);
  const __m256i is_empty = _mm256_cmpeq_epi64(size, zero);
  // A sign goes: the bytes move down by one.
  const __m256i first = _mm256_and_si256(bytes, _mm256_set1_epi64x(0xff));
  const __m256i is_minus = _mm256_cmpeq_epi64(first, _mm256_set1_epi64x('-'));
  const __m256i has_sign = _mm256_andnot_si256(
      is_empty, _mm256_or_si256(is_minus, _mm256_cmpeq_epi64(first, _mm256_set1_epi64x('+'))));
  const __m256i sign_bits = _mm256_and_si256(has_sign, eight);
  bytes = _mm256_srlv_epi64(bytes, sign_bits);
  const __m256i bits = _mm256_sub_epi64(_mm256_slli_epi64(size, 3), sign_bits);

  // Digits behind the first dot move down over it, then all of them up to the top. A shift by 64 gives 0.
  const __m256i one = _mm256_set1_epi64x(1);
  const __m256i inside = _mm256_sub_epi64(_mm256_sllv_epi64(one, bits), one);
  const __m256i dots = _mm256_and_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.')), inside);
  const __m256i lowest = _mm256_and_si256(dots, _mm256_sub_epi64(zero, dots));
  const __m256i before = _mm256_sub_epi64(lowest, one);  // all of them without a dot
  const __m256i values = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
  const __m256i packed = _mm256_or_si256(_mm256_and_si256(before, values),
                                         _mm256_andnot_si256(before, _mm256_srli_epi64(values, 8)));
  const __m256i dot_bits = _mm256_andnot_si256(_mm256_cmpeq_epi64(dots, zero), eight);
  const __m256i digit_bits = _mm256_sub_epi64(bits, dot_bits);
  const __m256i up = _mm256_sub_epi64(_mm256_set1_epi64x(64), digit_bits);
  const __m256i digits = _mm256_sllv_epi64(packed, up);
  const __m256i behind = _mm256_sllv_epi64(_mm256_andnot_si256(before, _mm256_set1_epi8(1)), up);

  const __m256i all_digits = _mm256_cmpeq_epi64(is_digit(digits), _mm256_set1_epi64x(-1));
  const __m256i is_long = _mm256_cmpgt_epi64(size, eight);
  const __m256i is_bare = _mm256_cmpgt_epi64(one, digit_bits);
  return {digits, _mm256_sad_epu8(behind, zero), _mm256_and_si256(is_minus, has_sign),
          _mm256_andnot_si256(_mm256_or_si256(is_long, is_bare), all_digits)};
}

// The lower halves of 64-bit numbers 0, 1, 4, 5 and 2, 3, 6, 7 in order.
inline __m256i in_order(__m256i a, __m256i b) noexcept {
  return _mm256_castps_si256(
      _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), _MM_SHUFFLE(2, 0, 2, 0)));
}

// Numbers times 10^-decimals. An integer is 2^52 + itself less 2^52.
struct Scaled {
  __m256d a, b;  // numbers 0, 1, 4, 5 and 2, 3, 6, 7
};

inline Scaled scaled(__m256i whole, __m256i decimals) noexcept {
  alignas(32) static constexpr double kInverse[] = {1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7};
  const __m256 first = _mm256_load_ps(reinterpret_cast<const float*>(kInverse));
  const __m256 second = _mm256_load_ps(reinterpret_cast<const float*>(kInverse + 4));
  const auto half = [&](__m256 halves) {
    const __m256i table = _mm256_permute4x64_epi64(_mm256_castps_si256(halves), 0xd8);
    return _mm256_permutevar8x32_epi32(table, decimals);
  };
  const __m256i low = half(_mm256_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0)));
  const __m256i high = half(_mm256_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1)));
  const __m256i exponent = _mm256_set1_epi32(0x43300000);
  const __m256d base = _mm256_set1_pd(0x1p52);
  const auto times = [&](__m256i number, __m256i inverse) {
    return _mm256_mul_pd(_mm256_sub_pd(_mm256_castsi256_pd(number), base),
                         _mm256_castsi256_pd(inverse));
  };
  return {times(_mm256_unpacklo_epi32(whole, exponent), _mm256_unpacklo_epi32(low, high)),
          times(_mm256_unpackhi_epi32(whole, exponent), _mm256_unpackhi_epi32(low, high))};
}

// Eight numbers. Answers those that need a closer look, a bit for each.
inline uint32_t eight(const char* text, const uint32_t* begin, const uint32_t* sizes, float* out,
                      uint32_t* zeros) noexcept {
  const auto words = [&](int k) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(two_words(text + begin[k], text + begin[k + 1])),
        two_words(text + begin[k + 4], text + begin[k + 5]), 1);
  };
  const __m256i zero = _mm256_setzero_si256();
  const __m256i size = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sizes));
  if (_mm256_testz_si256(size, size)) {  // names without values
    _mm256_storeu_ps(out, _mm256_set1_ps(1));
    return 0;
  }
  const Digits a = digits_of(words(0), _mm256_unpacklo_epi32(size, zero));
  const Digits b = digits_of(words(2), _mm256_unpackhi_epi32(size, zero));

  const auto fours = [](__m256i digits) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a)),
                             _mm256_set1_epi32(0x00010064));
  };
  const __m256i whole = _mm256_madd_epi16(_mm256_packus_epi32(fours(a.digits), fours(b.digits)),
                                          _mm256_set1_epi32(0x00012710));
  // A product is within two units of the last place of the double that is right; of eight such units
  // around the middle of two floats each may belong to either.
  const Scaled value = scaled(whole, in_order(a.decimals, b.decimals));
  const __m256i fits = _mm256_andnot_si256(
      in_order(near_halfway(value.a, 8), near_halfway(value.b, 8)), in_order(a.fits, b.fits));
  const __m128 low = _mm256_cvtpd_ps(value.a), high = _mm256_cvtpd_ps(value.b);
  __m256 result = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_movelh_ps(low, high)),
                                       _mm_movehl_ps(high, low), 1);
  const __m256i minus = _mm256_slli_epi32(in_order(a.is_minus, b.is_minus), 31);
  const __m256i is_empty = _mm256_cmpeq_epi32(size, zero);
  result = _mm256_or_ps(result, _mm256_castsi256_ps(minus));
  result = _mm256_blendv_ps(result, _mm256_set1_ps(1), _mm256_castsi256_ps(is_empty));
  _mm256_storeu_ps(out, result);
  const auto lanes = [](__m256i mask) {
    return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(mask)));
  };
  const uint32_t good = lanes(_mm256_or_si256(fits, is_empty));
  *zeros =
      good & lanes(_mm256_castps_si256(_mm256_cmp_ps(result, _mm256_setzero_ps(), _CMP_EQ_OQ)));
  return good ^ 0xff;
}

// Four numbers as %.4e to %.7e write them; false: some are something else.
inline bool four_scientific(const char* text, const uint32_t* begin, const uint32_t* sizes,
                            float* out, uint32_t* zeros) noexcept {
  if (sizes[0] < 8 || sizes[1] < 8 || sizes[2] < 8 || sizes[3] < 8) return false;
  const auto four = [](auto at) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(two_words(at(0), at(1))),
                                   two_words(at(2), at(3)), 1);
  };
  const auto all = [](int64_t x) { return _mm256_set1_epi64x(x); };
  __m256i head = four([&](int k) { return text + begin[k]; });
  const __m256i tail = four([&](int k) { return text + begin[k] + sizes[k] - 8; });  // DDDDe-DD
  const auto byte = [&](__m256i of, int at) {
    return _mm256_and_si256(_mm256_srli_epi64(of, 8 * at), all(0xff));
  };
  const auto is = [&](__m256i of, int at, char c) {
    return _mm256_cmpeq_epi64(byte(of, at), all(c));
  };
  const __m256i is_minus = is(head, 0, '-');
  const __m256i has_sign = _mm256_or_si256(is_minus, is(head, 0, '+'));
  head = _mm256_srlv_epi64(head, _mm256_and_si256(has_sign, all(8)));
  const __m256i size =
      _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(sizes)));
  const __m256i decimals = _mm256_add_epi64(_mm256_sub_epi64(size, all(6)), has_sign);

  // The last four digits are at the front of the tail, those before them in the head, around its dot.
  const __m256i front = _mm256_sub_epi8(head, _mm256_set1_epi8('0'));
  const __m256i back = _mm256_sub_epi8(tail, _mm256_set1_epi8('0'));
  const __m256i joined =
      _mm256_or_si256(_mm256_and_si256(front, all(0xff)),
                      _mm256_andnot_si256(all(0xff), _mm256_srli_epi64(front, 8)));
  const __m256i up = _mm256_slli_epi64(_mm256_sub_epi64(all(7), decimals), 3);
  const __m256i digits =
      _mm256_or_si256(_mm256_and_si256(_mm256_sllv_epi64(joined, up), all(0xffffffff)),
                      _mm256_slli_epi64(back, 32));

  const __m256i exponent =
      _mm256_add_epi64(_mm256_mul_epu32(byte(back, 6), all(10)), byte(back, 7));
  const __m256i is_small = is(tail, 5, '-');
  const __m256i grows = _mm256_xor_si256(is_small, all(-1));
  const __m256i power =
      _mm256_add_epi64(decimals, _mm256_sub_epi64(_mm256_xor_si256(exponent, grows), grows));
  __m256i fits =
      _mm256_and_si256(is(head, 1, '.'), _mm256_or_si256(is(tail, 4, 'e'), is(tail, 4, 'E')));
  fits = _mm256_and_si256(fits, _mm256_or_si256(is_small, is(tail, 5, '+')));
  fits = _mm256_and_si256(fits,
                          _mm256_cmpeq_epi64(_mm256_srli_epi64(is_digit(back), 48), all(0xffff)));
  fits = _mm256_and_si256(fits, _mm256_and_si256(_mm256_cmpgt_epi64(decimals, all(3)),
                                                 _mm256_cmpgt_epi64(all(8), decimals)));
  fits = _mm256_and_si256(fits, _mm256_and_si256(_mm256_cmpgt_epi64(power, all(-1)),
                                                 _mm256_cmpgt_epi64(all(23), power)));
  if (_mm256_movemask_epi8(_mm256_and_si256(fits, is_digit(digits))) != -1) return false;

  const double* powers = short_number_detail::kPowers;
  const __m128i low = _mm256_castsi256_si128(power), high = _mm256_extracti128_si256(power, 1);
  const __m256d divisor =
      _mm256_setr_pd(powers[_mm_cvtsi128_si64(low)], powers[_mm_extract_epi64(low, 1)],
                     powers[_mm_cvtsi128_si64(high)], powers[_mm_extract_epi64(high, 1)]);
  const __m256d exact = _mm256_div_pd(_mm256_cvtepi32_pd(whole_numbers(digits)), divisor);
  if (_mm256_movemask_pd(_mm256_castsi256_pd(near_halfway(exact, 1))) != 0) return false;
  const __m256d signs = _mm256_and_pd(_mm256_castsi256_pd(is_minus), _mm256_set1_pd(-0.0));
  const __m128 value = _mm256_cvtpd_ps(_mm256_or_pd(exact, signs));
  *zeros = static_cast<uint32_t>(_mm_movemask_ps(_mm_cmpeq_ps(value, _mm_setzero_ps())));
  _mm_storeu_ps(out, value);
  return true;
}

// Those of eight numbers that are `left`: four as %e writes them, or one by one. Answers zeros, a bit for each.
[[gnu::noinline]] uint32_t look_closer(Tokens numbers, std::size_t i, uint32_t left, float* out,
                                       std::size_t* bad) noexcept {
  uint32_t zeros = 0;
  for (uint32_t half = 0; half < 8; half += 4) {
    const std::size_t at = i + half;
    uint32_t found = 0;
    if ((left >> half & 15) != 15 || at >= numbers.count) continue;
    if (!four_scientific(numbers.text, numbers.begin + at, numbers.size + at, out + at, &found))
      continue;
    left &= ~(uint32_t{15} << half);
    zeros |= found << half;
  }
  _mm256_zeroupper();  // what follows knows nothing of wide registers
  return zeros | decimals_one_by_one(numbers, i, left, out, bad);
}

}  // namespace

Decimals decimal_x4_avx2(Tokens numbers, float* out) noexcept {
  const auto fast = [&](std::size_t i, float* to, uint32_t* found) {
    const uint32_t *begin = numbers.begin + i, *size = numbers.size + i;
    // What begins with a long one is most often long all of it.
    return size[0] <= 9 ? eight(numbers.text, begin, size, to, found) : 0xffu;
  };
  const auto slow = [&](std::size_t i, uint32_t left, std::size_t* bad) {
    return look_closer(numbers, i, left, out, bad);
  };
  return decimals_by_eight(numbers, out, fast, slow);
}

}  // namespace freshet::kernel
