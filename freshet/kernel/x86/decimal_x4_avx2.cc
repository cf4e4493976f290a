#include <array>

#include <immintrin.h>

#include "freshet/kernel/token_words.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

// How the bytes of a number of `size` characters with a dot at `dot` move: its digits to the right,
// the dot dropped, zeros before. Where there is no digit the power is NaN, and so is the quotient.
struct Layouts {
  alignas(64) uint64_t shuffle[9][16];
  double power[9][16];
};

constexpr Layouts make_layouts() noexcept {
  Layouts all{};
  constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  for (int size = 0; size <= 8; size++) {
    for (int dot = 0; dot < 16; dot++) {
      const int place = dot < size ? dot : size;  // where the decimals begin
      uint64_t shuffle = 0x8080808080808080u;
      int to = 7;
      for (int from = size - 1; from >= 0; from--) {
        if (from == place) continue;
        shuffle &= ~(uint64_t{0xff} << 8 * to);
        shuffle |= static_cast<uint64_t>(from) << 8 * to--;
      }
      all.shuffle[size][dot] = shuffle;
      const int decimals = dot < size ? size - 1 - dot : 0;
      all.power[size][dot] = to == 7 && size != 0 ? __builtin_nan("") : kPowers[decimals];
    }
  }
  return all;
}
constexpr Layouts kLayouts = make_layouts();

__m128i two_words(const char* low, const char* high) noexcept {
  const __m128i a = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(low));
  return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(a), reinterpret_cast<const __m64*>(high)));
}

// Eight digits of each of four numbers, the first in the lowest byte, as four integers.
inline __m128i whole_numbers(__m256i digits) noexcept {
  digits = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));   // pairs
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00010064));  // fours
  digits = _mm256_packus_epi32(digits, digits);
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00012710));  // eights
  return _mm_unpacklo_epi64(_mm256_castsi256_si128(digits), _mm256_extracti128_si256(digits, 1));
}

inline bool are_digits(__m256i values) noexcept {
  const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
  return _mm256_movemask_epi8(is_digit) == -1;
}

// Some quotient is NaN, or as near to the middle of two floats as a double can tell.
inline bool needs_closer_look(__m256d exact) noexcept {
  const __m256i low = _mm256_and_si256(_mm256_castpd_si256(exact), _mm256_set1_epi64x(0x1fffffff));
  const __m256i halfway = _mm256_cmpeq_epi64(low, _mm256_set1_epi64x(0x10000000));
  const __m256d is_nan = _mm256_cmp_pd(exact, exact, _CMP_UNORD_Q);
  return _mm256_movemask_pd(_mm256_or_pd(is_nan, _mm256_castsi256_pd(halfway))) != 0;
}

// Four numbers; false: some need a closer look.
inline bool four(const char* text, const uint32_t* begin, const uint32_t* sizes, float* out,
                 int* zeros) noexcept {
  const __m128i low = two_words(text + begin[0], text + begin[1]);
  const __m128i high = two_words(text + begin[2], text + begin[3]);
  __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  __m128i size = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sizes));
  if (_mm_movemask_epi8(_mm_cmpgt_epi32(size, _mm_set1_epi32(8))) != 0) return false;
  const __m128i is_empty = _mm_cmpeq_epi32(size, _mm_setzero_si128());

  // A sign goes: the bytes move down by one.
  const __m256i first = _mm256_and_si256(bytes, _mm256_set1_epi64x(0xff));
  const __m256i is_minus = _mm256_cmpeq_epi64(first, _mm256_set1_epi64x('-'));
  const __m256i has_sign = _mm256_andnot_si256(
      _mm256_cvtepi32_epi64(is_empty),
      _mm256_or_si256(is_minus, _mm256_cmpeq_epi64(first, _mm256_set1_epi64x('+'))));
  bytes = _mm256_srlv_epi64(bytes, _mm256_and_si256(has_sign, _mm256_set1_epi64x(8)));
  const __m128i narrow = _mm256_castsi256_si128(
      _mm256_permutevar8x32_epi32(has_sign, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
  size = _mm_add_epi32(size, narrow);
  const __m128i is_bare = _mm_andnot_si128(is_empty, _mm_cmpeq_epi32(size, _mm_setzero_si128()));
  if (_mm_movemask_epi8(is_bare) != 0) return false;  // a sign and nothing behind it

  const auto dots =
      static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.'))));
  const auto place = [&](uint32_t k) -> uint32_t {
    const auto dot = static_cast<uint32_t>(__builtin_ctz((dots >> 8 * k & 0xff) | 0x100));
    return dot;
  };
  alignas(16) uint32_t length[4];
  _mm_store_si128(reinterpret_cast<__m128i*>(length), size);
  const uint32_t at0 = length[0] * 16 + place(0), at1 = length[1] * 16 + place(1),
                 at2 = length[2] * 16 + place(2), at3 = length[3] * 16 + place(3);
  const uint64_t* shuffles = &kLayouts.shuffle[0][0];
  const double* powers = &kLayouts.power[0][0];
  __m256i shuffle =
      _mm256_setr_epi64x(static_cast<int64_t>(shuffles[at0]), static_cast<int64_t>(shuffles[at1]),
                         static_cast<int64_t>(shuffles[at2]), static_cast<int64_t>(shuffles[at3]));
  // The second number of each half stands eight bytes higher.
  shuffle =
      _mm256_add_epi8(shuffle, _mm256_setr_epi64x(0, 0x0808080808080808, 0, 0x0808080808080808));
  __m256i digits = _mm256_shuffle_epi8(_mm256_sub_epi8(bytes, _mm256_set1_epi8('0')), shuffle);
  if (!are_digits(digits)) return false;
  const __m128i whole = whole_numbers(digits);
  const __m256d power = _mm256_setr_pd(powers[at0], powers[at1], powers[at2], powers[at3]);
  const __m256d exact = _mm256_div_pd(_mm256_cvtepi32_pd(whole), power);
  if (needs_closer_look(exact)) return false;
  __m128 value = _mm256_cvtpd_ps(exact);
  const __m128i minus = _mm256_castsi256_si128(
      _mm256_permutevar8x32_epi32(is_minus, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
  value = _mm_or_ps(value, _mm_castsi128_ps(_mm_slli_epi32(minus, 31)));
  value = _mm_blendv_ps(value, _mm_set1_ps(1), _mm_castsi128_ps(is_empty));
  *zeros |= _mm_movemask_ps(_mm_cmpeq_ps(value, _mm_setzero_ps()));
  _mm_storeu_ps(out, value);
  return true;
}

constexpr double kTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                            1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

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
                            float* out, int* zeros) noexcept {
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
  const __m256d divisor =
      _mm256_setr_pd(kTens[_mm_cvtsi128_si32(power)], kTens[_mm_extract_epi32(power, 1)],
                     kTens[_mm_extract_epi32(power, 2)], kTens[_mm_extract_epi32(power, 3)]);
  const __m256d exact = _mm256_div_pd(_mm256_cvtepi32_pd(whole_numbers(digits)), divisor);
  if (needs_closer_look(exact)) return false;
  const __m128i minus = _mm_slli_epi32(each(a.minus, b.minus, c.minus, d.minus), 31);
  const __m128 value = _mm_or_ps(_mm256_cvtpd_ps(exact), _mm_castsi128_ps(minus));
  *zeros |= _mm_movemask_ps(_mm_cmpeq_ps(value, _mm_setzero_ps()));
  _mm_storeu_ps(out, value);
  return true;
}

}  // namespace

Decimals decimal_x4_avx2(Tokens numbers, float* out) noexcept {
  std::size_t bad = 0;
  int zeros = 0;
  for (std::size_t i = 0; i < numbers.count; i += 4) {
    const uint32_t *begin = numbers.begin + i, *size = numbers.size + i;
    if (size[0] <= 9 ? four(numbers.text, begin, size, out + i, &zeros)
                     : four_scientific(numbers.text, begin, size, out + i, &zeros))
      continue;
    _mm256_zeroupper();  // what follows knows nothing of wide registers
    for (std::size_t k = i; k < i + 4 && k < numbers.count; k++) {
      const char* at = numbers.text + numbers.begin[k];
      if (numbers.size[k] < 8 || !parse_scientific(at, numbers.size[k], &out[k]))
        out[k] = decimal_one(at, numbers.size[k]);
      bad += out[k] != out[k];
      zeros |= out[k] == 0;
    }
  }
  return {bad, zeros != 0};
}

}  // namespace freshet::kernel
