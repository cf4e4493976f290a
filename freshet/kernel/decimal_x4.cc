#include "freshet/kernel/decimal_x4.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

Decimals decimal_x4(Tokens numbers, float* out) noexcept {
  return table().decimal_x4(numbers, out);
}

}  // namespace freshet::kernel
