#pragma once
#include <span>

namespace freshet::kernel {

/// y[i] += scale * x[i], rounded twice: no fused multiply-add, the same bits on every instruction
/// set. REQUIRES: equal sizes; x and y are the same or don't overlap. Plain stores: for what no
/// reader looks at.
void axpy(float scale, std::span<const float> x, std::span<float> y) noexcept;

}  // namespace freshet::kernel
