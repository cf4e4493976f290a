#include <arm_neon.h>

#include "freshet/kernel/lanes.h"
#include "freshet/kernel/positions.h"
#include "freshet/kernel/scalar/scalar.h"
#include "freshet/kernel/table.h"
#include "freshet/kernel/words4.h"

namespace freshet::kernel {
namespace {

float dot_neon(const float* a, const float* b, std::size_t n) noexcept {
  return dot_lanes<Floats4>(a, b, n);
}

void axpy_neon(float scale, const float* x, float* y, std::size_t n) noexcept {
  axpy_lanes<Floats4>(scale, x, y, n);
}

// One bit for each byte of four vectors of all ones or zeros: keep bit k of byte k mod 8, then add
// neighbours thrice.
uint64_t mask_of(uint8x16_t v0, uint8x16_t v1, uint8x16_t v2, uint8x16_t v3) noexcept {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t low = vpaddq_u8(vandq_u8(v0, bits), vandq_u8(v1, bits));
  const uint8x16_t high = vpaddq_u8(vandq_u8(v2, bits), vandq_u8(v3, bits));
  const uint8x16_t both = vpaddq_u8(low, high);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(both, both)), 0);
}

Scan structural_scan_neon(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept {
  const auto all = [](char c) { return vdupq_n_u8(static_cast<uint8_t>(c)); };
  const uint8x16_t a = all(bytes.a), b = all(bytes.b), c = all(bytes.c), d = all(bytes.d),
                   high = vdupq_n_u8(0x20);
  const auto masks_of = [&](const char* block) {
    uint8x16_t structural[4], low[4];
    for (int k = 0; k < 4; k++) {
      const uint8x16_t v = vld1q_u8(reinterpret_cast<const uint8_t*>(block) + 16 * k);
      structural[k] = vorrq_u8(vorrq_u8(vceqq_u8(v, a), vceqq_u8(v, b)),
                               vorrq_u8(vceqq_u8(v, c), vceqq_u8(v, d)));
      low[k] = vcltq_u8(v, high);
    }
    return BlockMasks{mask_of(structural[0], structural[1], structural[2], structural[3]),
                      mask_of(low[0], low[1], low[2], low[3])};
  };
  Scan scan{};
  scan_blocks(text, size, positions, &scan.count, &scan.odd, masks_of);
  return scan;
}

uint32_t lanes_of(Words4::Type mask) noexcept {
  const uint32x4_t bits = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32((uint32x4_t)mask, bits));
}

struct Words : Words4 {
  static uint32_t lanes(Type mask) noexcept { return lanes_of(mask); }
};

void murmur_x8_neon(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                    uint32_t* out) noexcept {
  murmur_lanes<Words>(names, seed, digits_are_numbers, out);
}

Scan token_scan_neon(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept {
  const Scan scan = structural_scan_neon(text, size, bytes, positions);
  mark_kinds(text, bytes, positions, scan.count, kinds);
  return scan;
}

constexpr Table kNeon{Level::neon,     dot_neon,       axpy_neon,        structural_scan_neon,
                      token_scan_neon, token_pairs_scalar, murmur_x8_neon, decimal_x4_scalar};

}  // namespace

const Table* neon_table(Level level) noexcept {
  return level == Level::neon ? &kNeon : nullptr;
}

}  // namespace freshet::kernel
