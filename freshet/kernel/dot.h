#pragma once
#include <span>

namespace freshet::kernel {

/// Sum of a[i] * b[i]; 0 for empty spans.  REQUIRES: equal sizes. Nobody is changing them.
///
/// Lane i mod 16 sums its products in order; the lanes are added as ((l[k] + l[k+8]) + (l[k+4] +
/// l[k+12])) and so on down to one (kernel/lanes.h). No fused multiply-add: the same bits on every
/// instruction set.
float dot(std::span<const float> a, std::span<const float> b) noexcept;

}  // namespace freshet::kernel
