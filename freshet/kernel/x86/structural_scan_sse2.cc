#include <emmintrin.h>

#include "freshet/kernel/positions.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

Scan structural_scan_sse2(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept {
  const __m128i a = _mm_set1_epi8(bytes.a), b = _mm_set1_epi8(bytes.b), c = _mm_set1_epi8(bytes.c),
                d = _mm_set1_epi8(bytes.d), highest_low = _mm_set1_epi8(0x1f);
  const auto masks_of = [&](const char* block) {
    BlockMasks masks{0, 0};
    for (int k = 0; k < 4; k++) {
      const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + k);
      const __m128i ab = _mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b));
      const __m128i cd = _mm_or_si128(_mm_cmpeq_epi8(v, c), _mm_cmpeq_epi8(v, d));
      const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, highest_low), v);
      masks.structural |=
          static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(ab, cd))))
          << 16 * k;
      masks.low |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(low))) << 16 * k;
    }
    return masks;
  };
  Scan scan{};
  scan_blocks(text, size, positions, &scan.count, &scan.odd, masks_of);
  return scan;
}

Scan token_scan_sse2(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept {
  const Scan scan = structural_scan_sse2(text, size, bytes, positions);
  mark_kinds(text, bytes, positions, scan.count, kinds);
  return scan;
}

}  // namespace freshet::kernel
