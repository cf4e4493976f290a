#include "freshet/kernel/table.h"

namespace freshet::kernel {

const Table* x86_table(Level) noexcept {
  return nullptr;
}

}  // namespace freshet::kernel
