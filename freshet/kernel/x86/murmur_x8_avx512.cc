#include "freshet/kernel/x86/words512.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

// Sixteen bytes of each of sixteen names, transposed: block[k] has bytes 4k .. 4k + 3 of all.
inline void load_blocks(const char* text, const uint32_t* begin, __m512i* block) noexcept {
  const auto sixteen = [&](int k) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + begin[k]));
  };
  const auto four = [&](int k) {
    __m512i names = _mm512_castsi128_si512(sixteen(k));
    names = _mm512_inserti32x4(names, sixteen(k + 4), 1);
    names = _mm512_inserti32x4(names, sixteen(k + 8), 2);
    return _mm512_inserti32x4(names, sixteen(k + 12), 3);
  };
  const __m512i a = four(0), b = four(1), c = four(2), d = four(3);
  const __m512i ab = _mm512_unpacklo_epi32(a, b), cd = _mm512_unpacklo_epi32(c, d),
                ab2 = _mm512_unpackhi_epi32(a, b), cd2 = _mm512_unpackhi_epi32(c, d);
  block[0] = _mm512_unpacklo_epi64(ab, cd);
  block[1] = _mm512_unpackhi_epi64(ab, cd);
  block[2] = _mm512_unpacklo_epi64(ab2, cd2);
  block[3] = _mm512_unpackhi_epi64(ab2, cd2);
}

// Sixteen names that are one to eight digits: their numbers. False: not all are.
inline bool numbers(const char* text, const uint32_t* begin, const uint32_t* sizes,
                    __m512i* out) noexcept {
  __m256i half[2];
  for (int k = 0; k < 2; k++) {
    const __m512i size =
        _mm512_cvtepu32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sizes + 8 * k)));
    // The last digit moves to the highest byte, zeros before the first.
    const __m512i up = _mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(8), size), 3);
    const __m512i values = _mm512_sub_epi8(eight_words(text, begin + 8 * k), _mm512_set1_epi8('0'));
    const __m512i digits = _mm512_sllv_epi64(values, up);
    const __mmask8 fits =
        _mm512_cmplt_epu64_mask(_mm512_sub_epi64(size, _mm512_set1_epi64(1)), _mm512_set1_epi64(8));
    if ((all_digits(digits) & fits) != 0xff) return false;
    half[k] = _mm512_cvtepi64_epi32(whole_numbers(digits));
  }
  *out = _mm512_inserti64x4(_mm512_castsi256_si512(half[0]), half[1], 1);
  return true;
}

// The hashes of names of up to sixteen bytes.
inline __m512i hashes(const __m512i* block, __m512i size, __m512i seed) noexcept {
  const auto all = [](uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); };
  const __m512i ones = all(~0u), whole = _mm512_srli_epi32(size, 2);
  const __m512i tail_bits = _mm512_slli_epi32(_mm512_and_si512(size, all(3)), 3);
  const __m512i tail = _mm512_sub_epi32(_mm512_sllv_epi32(all(1), tail_bits), all(1));
  __m512i h = seed;
  __mmask16 some = 0xffff;  // whose block this is, or its beginning
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    const __mmask16 full = _mm512_cmpgt_epi32_mask(whole, all(static_cast<uint32_t>(k)));
    const __m512i bytes = _mm512_mask_mov_epi32(tail, full, ones);
    __m512i x = _mm512_maskz_and_epi32(some, block[k], bytes);
    x = _mm512_rol_epi32(_mm512_mullo_epi32(x, all(0xcc9e2d51)), 15);
    h = _mm512_xor_si512(h, _mm512_mullo_epi32(x, all(0x1b873593)));
    const __m512i turned = _mm512_rol_epi32(h, 13);
    h = _mm512_mask_add_epi32(h, full, _mm512_add_epi32(turned, all(0xe6546b64)),
                              _mm512_slli_epi32(turned, 2));
    some = full;
  }
  h = _mm512_xor_si512(h, size);
  h = _mm512_mullo_epi32(_mm512_xor_si512(h, _mm512_srli_epi32(h, 16)), all(0x85ebca6b));
  h = _mm512_mullo_epi32(_mm512_xor_si512(h, _mm512_srli_epi32(h, 13)), all(0xc2b2ae35));
  return _mm512_xor_si512(h, _mm512_srli_epi32(h, 16));
}

}  // namespace

void murmur_x8_avx512(Tokens names, const uint32_t* seeds, bool digits_are_numbers,
                      uint32_t* out) noexcept {
  // A first byte up to this is looked at more closely: a digit, or one of few signs.
  const __m512i highest = _mm512_set1_epi32('9');
  for (std::size_t i = 0; i < names.count; i += 16) {
    __m512i block[4];
    load_blocks(names.text, names.begin + i, block);
    const __m512i size = _mm512_loadu_si512(names.size + i), seed = _mm512_loadu_si512(seeds + i);
    uint32_t left_out = _mm512_cmpgt_epu32_mask(size, _mm512_set1_epi32(16));
    if (digits_are_numbers) {
      const __m512i first = _mm512_and_si512(block[0], _mm512_set1_epi32(0xff));
      left_out |= _mm512_testn_epi32_mask(size, size) | _mm512_cmple_epu32_mask(first, highest);
    }
    __m512i hash;
    if (left_out == 0xffff && digits_are_numbers &&
        numbers(names.text, names.begin + i, names.size + i, &hash)) {
      _mm512_storeu_si512(out + i, _mm512_add_epi32(hash, seed));
      continue;
    }
    _mm512_storeu_si512(out + i, hashes(block, size, seed));
    if (left_out != 0) hash_lanes(names, i, left_out, seeds, digits_are_numbers, out);
  }
}

}  // namespace freshet::kernel
