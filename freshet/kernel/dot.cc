#include "freshet/kernel/dot.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

float dot(std::span<const float> a, std::span<const float> b) noexcept {
  return table().dot(a.data(), b.data(), a.size());
}

}  // namespace freshet::kernel
