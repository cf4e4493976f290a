#include "freshet/kernel/axpy.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

void axpy(float scale, std::span<const float> x, std::span<float> y) noexcept {
  table().axpy(scale, x.data(), y.data(), x.size());
}

}  // namespace freshet::kernel
