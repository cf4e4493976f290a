#include "freshet/kernel/x86/words.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {

void murmur_x8_avx512(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                      uint32_t* out) noexcept {
  murmur_lanes<Words8>(names, seed, digits_are_numbers, out);
}

}  // namespace freshet::kernel
