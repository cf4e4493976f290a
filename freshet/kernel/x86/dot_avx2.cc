#include "freshet/kernel/lanes.h"
#include "freshet/kernel/x86/floats.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

float dot_avx2(const float* a, const float* b, std::size_t n) noexcept {
  return dot_lanes<Floats8>(a, b, n);
}

}  // namespace freshet::kernel
