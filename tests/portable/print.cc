#include <cstdio>

#include "tests/portable/parts.h"

namespace freshet {

void print_bits(const char* name, uint64_t bits) noexcept {
  std::printf("%s %08lx%08lx\n", name, static_cast<unsigned long>(bits >> 32),
              static_cast<unsigned long>(bits & 0xffffffffU));
}

}  // namespace freshet
