#include "freshet/cli/program.h"

#include <cstdlib>

#include "freshet/base/text.h"
#include "freshet/base/version.h"
#include "freshet/cli/arguments.h"
#include "freshet/cli/command.h"
#include "freshet/cli/help.h"
#include "freshet/cli/short_form.h"
#include "freshet/kernel/level.h"

namespace freshet {
namespace {

// FRESHET_ISA lowers the instructions used; a level that the machine hasn't got is an error.
Status use_level() noexcept {
  const char* wanted = std::getenv("FRESHET_ISA");
  if (wanted == nullptr || *wanted == '\0') return {};
  FRESHET_TRY_ASSIGN(const kernel::Level level, kernel::level_from_name(wanted));
  return kernel::use(level);
}

const CommonOptions* common_options(const Command& command, void* options) noexcept {
  for (const OptionGroup& group : command.groups)
    if (group.options.data() == kCommonOptions.data())
      return static_cast<const CommonOptions*>(group.part(options));
  return nullptr;
}

int run_command(const Command& command, std::span<const std::string> args, Console& console) {
  Result<Arguments> arguments = Arguments::parse(command, args);
  if (!arguments.ok()) return console.fail(arguments.status());
  if (const CommonOptions* common = common_options(command, arguments->options())) {
    console.set_up(*common);
    if (common->help) {
      console.print(command_help(command));
      return kDone;
    }
  }
  return command.run(arguments->options(), arguments->words(), console);
}

int unknown(const std::string& word, Console& console) {
  const std::string name = word.substr(0, word.find_first_of(" (|"));
  if (name.starts_with('-')) {
    console.error("the first word is a command or a model, options come behind it: freshet vw -d " +
                  std::string("x.vw -f m.frsh; freshet help shows the commands"));
    return kWrongInput;
  }
  const std::string_view nearest = nearest_name(name, known_names());
  console.error("there is no command or learner \"" + name + "\"" +
                (nearest.empty() ? "; freshet help shows the commands"
                                 : "; did you mean " + std::string(nearest) + "?"));
  return kWrongInput;
}

}  // namespace

int run_program(const std::vector<std::string>& args, Console& console) noexcept {
  send_notices_to(console, false);
  if (const Status status = use_level(); !status.ok()) return console.fail(status);
  if (args.empty() || args[0] == "--help" || args[0] == "-h") {
    console.print(program_help());
    return args.empty() ? kWrongInput : kDone;
  }
  if (args[0] == "--version") {
    console.print_line("freshet " + std::string(kVersion));
    return kDone;
  }
  int status = kDone;
  const std::span<const std::string> rest = std::span(args).subspan(1);
  if (const Command* command = find_command(args[0]))
    status = run_command(*command, rest, console);
  else if (begins_short_form(args[0]))
    status = run_short_form(args, console);
  else
    status = unknown(args[0], console);
  console.clear_progress();
  if (!console.flush() && status == kDone) return kFailed;
  return status;
}

}  // namespace freshet
