#include <immintrin.h>

#include "freshet/kernel/positions.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

inline uint64_t mask_of(__m256i low, __m256i high) noexcept {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

}  // namespace

Scan token_scan_avx2(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept {
  const __m256i a = _mm256_set1_epi8(bytes.a), b = _mm256_set1_epi8(bytes.b),
                c = _mm256_set1_epi8(bytes.c), d = _mm256_set1_epi8(bytes.d),
                highest_low = _mm256_set1_epi8(0x1f);
  std::size_t count = 0;
  uint64_t odd = 0;
  kinds.second[0] = kinds.stops[0] = 0;
  for (std::size_t i = 0; i < size; i += 64) {
    __m256i first[2], second[2], stop[2], strange[2];
    for (int k = 0; k < 2; k++) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + i) + k);
      second[k] = _mm256_cmpeq_epi8(v, b);
      stop[k] = _mm256_or_si256(_mm256_cmpeq_epi8(v, c), _mm256_cmpeq_epi8(v, d));
      const __m256i other = _mm256_or_si256(second[k], stop[k]);
      first[k] = _mm256_or_si256(_mm256_cmpeq_epi8(v, a), other);
      strange[k] =
          _mm256_andnot_si256(first[k], _mm256_cmpeq_epi8(_mm256_min_epu8(v, highest_low), v));
    }
    const uint64_t within = inside(size - i);
    const uint64_t all = mask_of(first[0], first[1]) & within;
    const __m256i any = _mm256_or_si256(strange[0], strange[1]);
    if (!_mm256_testz_si256(any, any)) odd |= mask_of(strange[0], strange[1]) & within;
    append_bits(_pext_u64(mask_of(second[0], second[1]), all), count, kinds.second);
    append_bits(_pext_u64(mask_of(stop[0], stop[1]), all), count, kinds.stops);
    count += write_positions(all, static_cast<uint32_t>(i), positions + count);
  }
  return {count, odd != 0};
}

}  // namespace freshet::kernel
