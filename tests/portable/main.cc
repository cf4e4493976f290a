// Prints bits of what rings 0-2 compute, one figure a line: the same on a server, in a browser and
// on a Cortex-M4. No doctest here: it doesn't link everywhere. tools/same_output.py compares.

#include "tests/portable/parts.h"

int main() {
  freshet::print_base();
  freshet::print_numbers();
  freshet::print_kernels();
  freshet::print_blocks();
  freshet::print_models();
  return 0;
}
