#pragma once
#include <cstddef>
#include <cstdint>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/level.h"
#include "freshet/kernel/murmur_x8.h"
#include "freshet/kernel/structural_scan.h"
#include "freshet/kernel/token_pairs.h"

/// The one table of function pointers behind the kernels' public functions. For kernel/ only.
namespace freshet::kernel {

struct Table {
  Level level;
  float (*dot)(const float* a, const float* b, std::size_t n) noexcept;
  void (*axpy)(float scale, const float* x, float* y, std::size_t n) noexcept;
  Scan (*structural_scan)(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept;
  Scan (*token_scan)(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept;
  bool (*token_pairs)(const uint32_t* at, std::size_t count, Pairs pairs) noexcept;
  void (*murmur_x8)(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                    uint32_t* out) noexcept;
  Decimals (*decimal_x4)(Tokens numbers, float* out) noexcept;
};

extern const Table kScalarTable;

/// The tables of an instruction set, null where the machine or the build hasn't got the level. Each
/// is defined by its folder (x86/, neon/, wasm/) or by the stub in its place (no_x86/, no_neon/,
/// no_wasm/).
const Table* x86_table(Level level) noexcept;
const Table* neon_table(Level level) noexcept;
const Table* wasm_table(Level level) noexcept;

/// The table in use.
const Table& table() noexcept;

}  // namespace freshet::kernel
