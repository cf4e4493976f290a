#pragma once
/// One call of `freshet`: finds the command, reads its options, runs it.

#include <string>
#include <vector>

#include "freshet/cli/console.h"

namespace freshet {

/// `args`: without the program's name. Returns the exit status.
int run_program(const std::vector<std::string>& args, Console& console) noexcept;

}  // namespace freshet
