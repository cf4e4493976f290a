#include "freshet/kernel/table.h"

namespace freshet::kernel {

const Table* neon_table(Level) noexcept {
  return nullptr;
}

}  // namespace freshet::kernel
