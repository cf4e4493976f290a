#include <wasm_simd128.h>

#include "freshet/kernel/lanes.h"
#include "freshet/kernel/positions.h"
#include "freshet/kernel/scalar/scalar.h"
#include "freshet/kernel/table.h"
#include "freshet/kernel/words4.h"

namespace freshet::kernel {
namespace {

float dot_simd128(const float* a, const float* b, std::size_t n) noexcept {
  return dot_lanes<Floats4>(a, b, n);
}

void axpy_simd128(float scale, const float* x, float* y, std::size_t n) noexcept {
  axpy_lanes<Floats4>(scale, x, y, n);
}

Scan structural_scan_simd128(const char* text, std::size_t size, ScanBytes bytes,
                             uint32_t* positions) noexcept {
  const v128_t a = wasm_i8x16_splat(bytes.a), b = wasm_i8x16_splat(bytes.b),
               c = wasm_i8x16_splat(bytes.c), d = wasm_i8x16_splat(bytes.d),
               high = wasm_i8x16_splat(0x20);
  const auto masks_of = [&](const char* block) {
    BlockMasks masks{0, 0};
    for (int k = 0; k < 4; k++) {
      const v128_t v = wasm_v128_load(block + 16 * k);
      const v128_t ab = wasm_v128_or(wasm_i8x16_eq(v, a), wasm_i8x16_eq(v, b));
      const v128_t cd = wasm_v128_or(wasm_i8x16_eq(v, c), wasm_i8x16_eq(v, d));
      masks.structural |= static_cast<uint64_t>(wasm_i8x16_bitmask(wasm_v128_or(ab, cd))) << 16 * k;
      masks.low |= static_cast<uint64_t>(wasm_i8x16_bitmask(wasm_u8x16_lt(v, high))) << 16 * k;
    }
    return masks;
  };
  Scan scan{};
  scan_blocks(text, size, positions, &scan.count, &scan.odd, masks_of);
  return scan;
}

uint32_t lanes_of(Words4::Type mask) noexcept {
  return static_cast<uint32_t>(wasm_i32x4_bitmask((v128_t)mask));
}

struct Words : Words4 {
  static uint32_t lanes(Type mask) noexcept { return lanes_of(mask); }
};

void murmur_x8_simd128(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                       uint32_t* out) noexcept {
  murmur_lanes<Words>(names, seed, digits_are_numbers, out);
}

Scan token_scan_simd128(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                        Kinds kinds) noexcept {
  const Scan scan = structural_scan_simd128(text, size, bytes, positions);
  mark_kinds(text, bytes, positions, scan.count, kinds);
  return scan;
}

constexpr Table kSimd128{Level::simd128,          dot_simd128,        axpy_simd128,
                         structural_scan_simd128, token_scan_simd128, token_pairs_scalar, murmur_x8_simd128,
                         decimal_x4_scalar};

}  // namespace

const Table* wasm_table(Level level) noexcept {
  return level == Level::simd128 ? &kSimd128 : nullptr;
}

}  // namespace freshet::kernel
