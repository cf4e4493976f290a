#include "freshet/kernel/token_pairs.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

bool token_pairs(const uint32_t* at, std::size_t count, Pairs pairs) noexcept {
  return table().token_pairs(at, count, pairs);
}

}  // namespace freshet::kernel
