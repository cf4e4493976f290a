#include "freshet/kernel/lanes.h"
#include "freshet/kernel/x86/floats.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

void axpy_avx2(float scale, const float* x, float* y, std::size_t n) noexcept {
  axpy_lanes<Floats8>(scale, x, y, n);
}

}  // namespace freshet::kernel
