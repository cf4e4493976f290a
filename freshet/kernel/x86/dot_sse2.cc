#include "freshet/kernel/lanes.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

float dot_sse2(const float* a, const float* b, std::size_t n) noexcept {
  return dot_lanes<Floats4>(a, b, n);
}

}  // namespace freshet::kernel
