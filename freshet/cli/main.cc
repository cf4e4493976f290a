#include <string>
#include <vector>

#include "freshet/cli/program.h"

int main(int count, char** words) {
  freshet::Console console;
  return freshet::run_program({words + 1, words + count}, console);
}
