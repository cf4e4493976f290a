#pragma once
#include <cstddef>

#include "freshet/kernel/murmur_x8.h"

/// Decimals of many tokens at once, exact to the last bit.
namespace freshet::kernel {

/// What is among the results: how many NaN, and whether any is 0.
struct Decimals {
  std::size_t bad;
  bool has_zero;
};

/// out[i] = the float32 nearest to token i; 1 where the token is empty; NaN where it is no number of
/// the grammar of base/chars.h, or one beyond float32.
///
/// Up to eight characters `D.D` (seven behind a sign) are read eight at a time: shifts move the digits
/// together, three multiply-adds make the integer, and a double product with a power of ten is near
/// enough unless it lies about halfway between two floats. Those, and longer ones, are read one by
/// one, but for what %e writes: digits over an exact power, four or eight at a time.  Source: Lemire,
/// "Number parsing at a gigabyte per second", 2021, for the bounds.
Decimals decimal_x4(Tokens numbers, float* out) noexcept;

}  // namespace freshet::kernel
