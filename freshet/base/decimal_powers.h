#pragma once
#include <cstdint>

#include "freshet/base/bits.h"

namespace freshet {

inline constexpr int kLowestPower = -342, kHighestPower = 324;

/// The 128 highest bits of 10^power, cut off: 10^power = (high.low + something below 1) *
/// 2^(floor(log2 10^power) - 127). Exact for powers 0..55.  REQUIRES: kLowestPower <= power <=
/// kHighestPower.
Wide power_of_ten(int power) noexcept;

/// Floor of log2(10^power), exact for |power| <= 642.
constexpr int log2_of_power_of_ten(int power) noexcept {
  return (power * 217706) >> 16;
}

}  // namespace freshet
