#pragma once
/// Help, from the tables: for commands, components and formats.

#include <string>
#include <string_view>
#include <vector>

#include "freshet/cli/command.h"

namespace freshet {

std::string program_help();
std::string command_help(const Command& command);
/// Everything there is to say about a learner, transform, metric, format, generator or command;
/// empty: there is nothing called so.
std::string help_for(std::string_view name);
/// All names that help knows, for hints.
std::vector<std::string_view> known_names();
std::string formats_help();

/// The names of one kind with their summaries ("learners", "commands" ...), a line each. False: no
/// such kind.
struct Listed {
  std::string_view kind, name, summary;
};
std::vector<Listed> listed();
/// "learners, transforms, ..." in order.
std::vector<std::string_view> kinds();

/// "0.1 (0.01 .. 100)": default and bounds of an option, for people; `options` are the defaults.
std::string option_range(const OptionSpec& option, const void* options);
/// "number", "text", "sgd|adagrad|adam" ...
std::string option_type(const OptionSpec& option);

}  // namespace freshet
