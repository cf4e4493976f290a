#pragma once
#include <cstddef>
#include <cstdint>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/murmur_x8.h"
#include "freshet/kernel/structural_scan.h"
#include "freshet/kernel/token_pairs.h"

/// The x86 twins, one file each; x86_table.cc puts them into tables. For kernel/x86 only.
/// Call one only on a machine that has its instructions.
namespace freshet::kernel {

float dot_sse2(const float* a, const float* b, std::size_t n) noexcept;
float dot_avx2(const float* a, const float* b, std::size_t n) noexcept;

void axpy_sse2(float scale, const float* x, float* y, std::size_t n) noexcept;
void axpy_avx2(float scale, const float* x, float* y, std::size_t n) noexcept;
void axpy_avx512(float scale, const float* x, float* y, std::size_t n) noexcept;

Scan structural_scan_sse2(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept;
Scan structural_scan_avx2(const char* text, std::size_t size, ScanBytes bytes,
                          uint32_t* positions) noexcept;
Scan structural_scan_avx512(const char* text, std::size_t size, ScanBytes bytes,
                            uint32_t* positions) noexcept;

Scan token_scan_sse2(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept;
Scan token_scan_avx2(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                     Kinds kinds) noexcept;
Scan token_scan_avx512(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                       Kinds kinds) noexcept;
bool token_pairs_avx2(const uint32_t* at, std::size_t count, Pairs pairs) noexcept;
bool token_pairs_avx512(const uint32_t* at, std::size_t count, Pairs pairs) noexcept;
void murmur_x8_avx2(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                    uint32_t* out) noexcept;
void murmur_x8_avx512(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                      uint32_t* out) noexcept;

Decimals decimal_x4_avx2(Tokens numbers, float* out) noexcept;
Decimals decimal_x4_avx512(Tokens numbers, float* out) noexcept;

}  // namespace freshet::kernel
