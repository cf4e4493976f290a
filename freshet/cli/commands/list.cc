/// `freshet list [KIND]`: what there is.

#include <algorithm>
#include <array>

#include "freshet/base/text.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/help.h"
#include "freshet/cli/json_text.h"

namespace freshet {
namespace {

struct ListOptions {
  CommonOptions common;
};
constexpr std::array kGroups{group<&ListOptions::common>("all commands", kCommonOptions)};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet list  # learners, transforms, metrics, formats, generators, commands",
    "freshet list learners  # one kind",
};

int run(const ListOptions&, std::span<const std::string_view> words, Console& console) {
  const std::vector<std::string_view> known = kinds();
  if (!words.empty() && std::find(known.begin(), known.end(), words[0]) == known.end()) {
    const std::string_view nearest = nearest_name(words[0], known);
    std::string text = "list: no kind \"" + std::string(words[0]) + "\"";
    text += nearest.empty() ? "; freshet list shows all"
                            : "; did you mean " + std::string(nearest) + "?";
    console.error(text);
    return kWrongInput;
  }
  std::string_view kind;
  JsonText json;
  json.begin_array();
  for (const Listed& entry : listed()) {
    if (!words.empty() && entry.kind != words[0]) continue;
    json.begin_object()
        .text("kind", entry.kind)
        .text("name", entry.name)
        .text("summary", entry.summary)
        .end_object();
    if (console.json()) continue;
    if (words.empty() && entry.kind != kind) {
      console.print_line((kind.empty() ? "" : "\n") + std::string(entry.kind) + ":");
      kind = entry.kind;
    }
    const std::string indent = words.empty() ? "  " : "";
    const std::string blanks(entry.name.size() < 20 ? 20 - entry.name.size() : 1, ' ');
    console.print_line(indent + std::string(entry.name) + blanks + std::string(entry.summary));
  }
  if (console.json()) console.print_line(json.end_array().str());
  return kDone;
}

}  // namespace

extern const Command list_command;
constinit const Command list_command{
    "list",
    "Shows what there is: learners, transforms, metrics, formats and more.",
    "[KIND]",
    kExamples,
    {"KIND", "learners, transforms, metrics, formats, generators or commands", 0, 1},
    kGroups,
    sizeof(ListOptions),
    &command_defaults<ListOptions>,
    &run_with<ListOptions, &run>};

}  // namespace freshet
