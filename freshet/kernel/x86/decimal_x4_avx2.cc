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
  const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digits, _mm256_set1_epi8(9)), digits);
  if (_mm256_movemask_epi8(is_digit) != -1) return false;

  digits = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));   // pairs
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00010064));  // fours
  digits = _mm256_packus_epi32(digits, digits);
  digits = _mm256_madd_epi16(digits, _mm256_set1_epi32(0x00012710));  // eights
  const __m128i whole =
      _mm_unpacklo_epi64(_mm256_castsi256_si128(digits), _mm256_extracti128_si256(digits, 1));
  const __m256d power = _mm256_setr_pd(powers[at0], powers[at1], powers[at2], powers[at3]);
  const __m256d exact = _mm256_div_pd(_mm256_cvtepi32_pd(whole), power);
  const __m256i halfway = _mm256_cmpeq_epi64(
      _mm256_and_si256(_mm256_castpd_si256(exact), _mm256_set1_epi64x(0x1fffffff)),
      _mm256_set1_epi64x(0x10000000));
  const __m256d is_nan = _mm256_cmp_pd(exact, exact, _CMP_UNORD_Q);
  if (_mm256_movemask_pd(_mm256_or_pd(is_nan, _mm256_castsi256_pd(halfway))) != 0) return false;

  __m128 value = _mm256_cvtpd_ps(exact);
  const __m128i minus = _mm256_castsi256_si128(
      _mm256_permutevar8x32_epi32(is_minus, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
  value = _mm_or_ps(value, _mm_castsi128_ps(_mm_slli_epi32(minus, 31)));
  value = _mm_blendv_ps(value, _mm_set1_ps(1), _mm_castsi128_ps(is_empty));
  *zeros |= _mm_movemask_ps(_mm_cmpeq_ps(value, _mm_setzero_ps()));
  _mm_storeu_ps(out, value);
  return true;
}

}  // namespace

Decimals decimal_x4_avx2(Tokens numbers, float* out) noexcept {
  std::size_t bad = 0;
  int zeros = 0;
  for (std::size_t i = 0; i < numbers.count; i += 4) {
    if (numbers.size[i] <= 9 &&
        four(numbers.text, numbers.begin + i, numbers.size + i, out + i, &zeros))
      continue;
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
