#include <array>

#include <immintrin.h>

#include "freshet/kernel/positions.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

// The bytes 0, 1, ... 63 of which the mask has a bit, moved together, then sixteen at a time as words. Text has one such byte
// in seven: sixteen are most often all there are.
inline std::size_t compress_positions(uint64_t mask, uint32_t base, uint32_t* to) noexcept {
  alignas(64) static constexpr auto kPlaces = [] {
    std::array<uint8_t, 64> places{};
    for (uint8_t k = 0; k < 64; k++)
      places[k] = k;
    return places;
  }();
  const auto count = static_cast<std::size_t>(__builtin_popcountll(mask));
  const __m512i first = _mm512_set1_epi32(static_cast<int>(base));
  __m512i places = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kPlaces.data()));
  for (std::size_t k = 0;;) {
    _mm512_storeu_si512(
        to + k, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
    if ((k += 16) >= count) return count;
    places = _mm512_alignr_epi64(places, places, 2);
  }
}

}  // namespace

Scan structural_scan_avx512(const char* text, std::size_t size, ScanBytes bytes,
                            uint32_t* positions) noexcept {
  const __m512i a = _mm512_set1_epi8(bytes.a), b = _mm512_set1_epi8(bytes.b),
                c = _mm512_set1_epi8(bytes.c), d = _mm512_set1_epi8(bytes.d),
                lowest_high = _mm512_set1_epi8(0x20);
  std::size_t count = 0;
  uint64_t odd = 0;
  for (std::size_t i = 0; i < size; i += 64) {
    const __m512i v = _mm512_loadu_si512(text + i);
    const uint64_t within = inside(size - i);
    const uint64_t structural = (_mm512_cmpeq_epi8_mask(v, a) | _mm512_cmpeq_epi8_mask(v, b) |
                                 _mm512_cmpeq_epi8_mask(v, c) | _mm512_cmpeq_epi8_mask(v, d)) &
                                within;
    odd |= _mm512_cmplt_epu8_mask(v, lowest_high) & ~structural & within;
    count += compress_positions(structural, static_cast<uint32_t>(i), positions + count);
  }
  return {count, odd != 0};
}

Scan token_scan_avx512(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                       Kinds kinds) noexcept {
  const __m512i a = _mm512_set1_epi8(bytes.a), b = _mm512_set1_epi8(bytes.b),
                c = _mm512_set1_epi8(bytes.c), d = _mm512_set1_epi8(bytes.d),
                lowest_high = _mm512_set1_epi8(0x20);
  std::size_t count = 0;
  uint64_t odd = 0;
  kinds.second[0] = kinds.stops[0] = 0;
  for (std::size_t i = 0; i < size; i += 64) {
    const __m512i v = _mm512_loadu_si512(text + i);
    const uint64_t within = inside(size - i);
    const uint64_t second = _mm512_cmpeq_epi8_mask(v, b);
    const uint64_t stops = _mm512_cmpeq_epi8_mask(v, c) | _mm512_cmpeq_epi8_mask(v, d);
    const uint64_t all = (_mm512_cmpeq_epi8_mask(v, a) | second | stops) & within;
    odd |= _mm512_cmplt_epu8_mask(v, lowest_high) & ~all & within;
    append_bits(_pext_u64(second, all), count, kinds.second);
    append_bits(_pext_u64(stops, all), count, kinds.stops);
    count += compress_positions(all, static_cast<uint32_t>(i), positions + count);
  }
  return {count, odd != 0};
}

}  // namespace freshet::kernel
