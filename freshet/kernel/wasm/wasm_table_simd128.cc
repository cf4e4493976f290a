#include <wasm_simd128.h>

#include "freshet/kernel/lanes.h"
#include "freshet/kernel/positions.h"
#include "freshet/kernel/table.h"

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

constexpr Table kSimd128{Level::simd128, dot_simd128, axpy_simd128, structural_scan_simd128};

}  // namespace

const Table* wasm_table(Level level) noexcept {
  return level == Level::simd128 ? &kSimd128 : nullptr;
}

}  // namespace freshet::kernel
