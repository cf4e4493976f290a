/// `freshet help [NAME]`.

#include "freshet/cli/help.h"

#include <array>

#include "freshet/base/text.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"

namespace freshet {
namespace {

struct HelpOptions {
  CommonOptions common;
};
constexpr std::array kGroups{group<&HelpOptions::common>("all commands", kCommonOptions)};
constexpr std::array<std::string_view, 3> kExamples{
    "freshet help  # commands",
    "freshet help logistic  # a learner: what it does, its options with defaults and bounds",
    "freshet help formats  # what text is read, and how",
};

int run(const HelpOptions&, std::span<const std::string_view> words, Console& console) {
  const std::string text = words.empty() ? program_help() : help_for(words[0]);
  if (text.empty()) {
    const std::string_view nearest = nearest_name(words[0], known_names());
    console.error("help: nothing is called \"" + std::string(words[0]) + "\"" +
                  (nearest.empty() ? "; freshet list shows what there is"
                                   : "; did you mean " + std::string(nearest) + "?"));
    return kWrongInput;
  }
  if (console.json()) {
    JsonText json;
    console.print_line(json.begin_object().text("help", text).end_object().str());
  } else {
    console.print(text);
  }
  return kDone;
}

}  // namespace

extern const Command help_command;
constinit const Command help_command{
    "help",
    "Explains a command, a learner, a transform, a metric or a format.",
    "[NAME]",
    kExamples,
    {"NAME", "what to explain; nothing: the commands", 0, 1},
    kGroups,
    sizeof(HelpOptions),
    &command_defaults<HelpOptions>,
    &run_with<HelpOptions, &run>};

}  // namespace freshet
