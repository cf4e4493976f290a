#include <immintrin.h>

#include "freshet/kernel/positions.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

Scan structural_scan_avx2(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept {
  const __m256i a = _mm256_set1_epi8(bytes.a), b = _mm256_set1_epi8(bytes.b),
                c = _mm256_set1_epi8(bytes.c), d = _mm256_set1_epi8(bytes.d),
                highest_low = _mm256_set1_epi8(0x1f);
  const auto masks_of = [&](const char* block) {
    BlockMasks masks{0, 0};
    for (int k = 0; k < 2; k++) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block) + k);
      const __m256i ab = _mm256_or_si256(_mm256_cmpeq_epi8(v, a), _mm256_cmpeq_epi8(v, b));
      const __m256i cd = _mm256_or_si256(_mm256_cmpeq_epi8(v, c), _mm256_cmpeq_epi8(v, d));
      const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(v, highest_low), v);
      masks.structural |= static_cast<uint64_t>(
                              static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(ab, cd))))
                          << 32 * k;
      masks.low |= static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(low)))
                   << 32 * k;
    }
    return masks;
  };
  Scan scan{};
  scan_blocks(text, size, positions, &scan.count, &scan.odd, masks_of);
  return scan;
}

}  // namespace freshet::kernel
