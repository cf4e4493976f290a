#include <immintrin.h>

#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

bool token_pairs_avx512(const uint32_t* at, std::size_t count, Pairs pairs) noexcept {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i one = _mm512_set1_epi32(1);
  const __m512i odd = _mm512_add_epi32(even, one);
  uint32_t empty = 0;
  for (std::size_t k = 0; k < count; k += 16) {
    const __m512i a = _mm512_loadu_si512(at + 2 * k), b = _mm512_loadu_si512(at + 2 * k + 16);
    const __m512i next = _mm512_permutex2var_epi32(_mm512_loadu_si512(at + 2 * k + 1), odd,
                                                   _mm512_loadu_si512(at + 2 * k + 17));
    const __m512i colon = _mm512_permutex2var_epi32(a, odd, b);
    const __m512i name = _mm512_add_epi32(_mm512_permutex2var_epi32(a, even, b), one);
    const __m512i number = _mm512_add_epi32(colon, one);
    const __m512i name_size = _mm512_sub_epi32(colon, name);
    const __m512i number_size = _mm512_sub_epi32(next, number);
    _mm512_storeu_si512(pairs.name + k, name);
    _mm512_storeu_si512(pairs.name_size + k, name_size);
    _mm512_storeu_si512(pairs.number + k, number);
    _mm512_storeu_si512(pairs.number_size + k, number_size);
    const uint32_t here = _mm512_testn_epi32_mask(name_size, name_size) |
                          _mm512_testn_epi32_mask(number_size, number_size);
    empty |= count - k < 16 ? here & ((1u << (count - k)) - 1) : here;
  }
  return empty != 0;
}

}  // namespace freshet::kernel
