#include "freshet/kernel/murmur_x8.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

void murmur_x8(Tokens names, const uint32_t* seed, bool digits_are_numbers,
               uint32_t* out) noexcept {
  table().murmur_x8(names, seed, digits_are_numbers, out);
}

}  // namespace freshet::kernel
