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

// The parts of D.DDDDDDDe-DD, with an optional sign and one to seven decimals.
struct Parts {
  uint64_t digits;  // the first in the lowest byte
  uint32_t tail;    // e-DD
  uint32_t decimals, minus;
  bool fits;
};

inline Parts parts_of(const char* at, uint32_t size) noexcept {
  Parts parts;
  parts.minus = *at == '-';
  const uint32_t sign = parts.minus | static_cast<uint32_t>(*at == '+');
  at += sign;
  size -= sign;
  __builtin_memcpy(&parts.digits, at + 1, 8);
  __builtin_memcpy(&parts.tail, at + size - 4, 4);
  parts.decimals = size - 6;
  parts.fits = parts.decimals - 1 < 7 && (parts.digits & 0xff) == '.';
  parts.digits = (parts.digits & ~uint64_t{0xff}) | static_cast<unsigned char>(*at);
  return parts;
}

// Four numbers as %e writes small ones; false: some are something else.
inline bool four_scientific(const char* text, const uint32_t* begin, const uint32_t* sizes,
                            float* out, uint32_t* zeros) noexcept {
  if (sizes[0] < 8 || sizes[1] < 8 || sizes[2] < 8 || sizes[3] < 8) return false;
  const Parts a = parts_of(text + begin[0], sizes[0]), b = parts_of(text + begin[1], sizes[1]),
              c = parts_of(text + begin[2], sizes[2]), d = parts_of(text + begin[3], sizes[3]);
  if (!(a.fits & b.fits & c.fits & d.fits)) return false;
  const auto each = [](uint32_t w, uint32_t x, uint32_t y, uint32_t z) {
    return _mm_setr_epi32(static_cast<int>(w), static_cast<int>(x), static_cast<int>(y),
                          static_cast<int>(z));
  };
  const __m128i decimals = each(a.decimals, b.decimals, c.decimals, d.decimals);
  const __m256i chars =
      _mm256_setr_epi64x(static_cast<int64_t>(a.digits), static_cast<int64_t>(b.digits),
                         static_cast<int64_t>(c.digits), static_cast<int64_t>(d.digits));
  const __m128i shift = _mm_slli_epi32(_mm_sub_epi32(_mm_set1_epi32(7), decimals), 3);
  const __m256i digits = _mm256_sllv_epi64(_mm256_sub_epi8(chars, _mm256_set1_epi8('0')),
                                           _mm256_cvtepi32_epi64(shift));
  if (!are_digits(digits)) return false;

  const __m128i tail = each(a.tail, b.tail, c.tail, d.tail), byte = _mm_set1_epi32(0xff);
  const __m128i letter = _mm_or_si128(_mm_and_si128(tail, byte), _mm_set1_epi32(0x20));
  const __m128i sign = _mm_and_si128(_mm_srli_epi32(tail, 8), byte);
  const __m128i zero = _mm_set1_epi32('0'), nine = _mm_set1_epi32(9);
  const __m128i ten = _mm_sub_epi32(_mm_and_si128(_mm_srli_epi32(tail, 16), byte), zero);
  const __m128i one = _mm_sub_epi32(_mm_srli_epi32(tail, 24), zero);
  __m128i fits = _mm_and_si128(_mm_cmpeq_epi32(letter, _mm_set1_epi32('e')),
                               _mm_cmpeq_epi32(sign, _mm_set1_epi32('-')));
  fits = _mm_and_si128(fits, _mm_cmpeq_epi32(_mm_min_epu32(ten, nine), ten));
  fits = _mm_and_si128(fits, _mm_cmpeq_epi32(_mm_min_epu32(one, nine), one));
  const __m128i power =
      _mm_add_epi32(_mm_add_epi32(_mm_mullo_epi32(ten, _mm_set1_epi32(10)), one), decimals);
  fits = _mm_and_si128(fits, _mm_cmpgt_epi32(_mm_set1_epi32(23), power));
  if (_mm_movemask_epi8(fits) != 0xffff) return false;
  const double* powers = short_number_detail::kPowers;
  const __m256d divisor =
      _mm256_setr_pd(powers[_mm_cvtsi128_si32(power)], powers[_mm_extract_epi32(power, 1)],
                     powers[_mm_extract_epi32(power, 2)], powers[_mm_extract_epi32(power, 3)]);
  const __m256d exact = _mm256_div_pd(_mm256_cvtepi32_pd(whole_numbers(digits)), divisor);
  if (_mm256_movemask_pd(_mm256_castsi256_pd(near_halfway(exact, 1))) != 0) return false;
  const __m128i minus = _mm_slli_epi32(each(a.minus, b.minus, c.minus, d.minus), 31);
  const __m128 value = _mm_or_ps(_mm256_cvtpd_ps(exact), _mm_castsi128_ps(minus));
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
  std::size_t bad = 0;
  uint32_t zeros = 0;
  for (std::size_t i = 0; i < numbers.count; i += 8) {
    const uint32_t *begin = numbers.begin + i, *size = numbers.size + i;
    uint32_t found = 0, left = 0xff;
    // What begins with a long one is most often long all of it.
    if (size[0] <= 9) left = eight(numbers.text, begin, size, out + i, &found);
    if (left != 0) [[unlikely]]
      found |= look_closer(numbers, i, left, out, &bad);
    const std::size_t some = numbers.count - i;
    zeros |= some < 8 ? found & ((1u << some) - 1) : found;
  }
  return {bad, zeros != 0};
}

}  // namespace freshet::kernel
