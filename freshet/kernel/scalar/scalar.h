#pragma once
#include <cstddef>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/murmur_x8.h"
#include "freshet/kernel/token_pairs.h"

/// Twins without special instructions that other levels use where they have nothing better. For
/// kernel/ only.
namespace freshet::kernel {

void murmur_x8_scalar(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                      uint32_t* out) noexcept;
bool token_pairs_scalar(const uint32_t* at, std::size_t count, Pairs pairs) noexcept;
Decimals decimal_x4_scalar(Tokens numbers, float* out) noexcept;

}  // namespace freshet::kernel
