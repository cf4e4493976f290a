#include <string>
#include <vector>

#include "freshet/cli/benchmark.h"
#include "freshet/cli/program.h"

int main(int count, char** words) {
  freshet::Console console;
  freshet::set_benchmarks(freshet::benchmarks());
  return freshet::run_program({words + 1, words + count}, console);
}
