#include "freshet/cli/command.h"

namespace freshet {

#define FRESHET_COMMAND(name) extern const Command name##_command;
#include "freshet/cli/commands/commands.def"
#undef FRESHET_COMMAND

std::span<const Command* const> commands() noexcept {
  static constexpr const Command* kCommands[] = {
#define FRESHET_COMMAND(name) &name##_command,
#include "freshet/cli/commands/commands.def"
#undef FRESHET_COMMAND
  };
  return kCommands;
}

const Command* find_command(std::string_view name) noexcept {
  for (const Command* command : commands())
    if (command->name == name) return command;
  return nullptr;
}

}  // namespace freshet
