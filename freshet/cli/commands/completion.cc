/// `freshet completion bash|zsh|fish`: what the shell offers when Tab is pressed.

#include <array>

#include "freshet/base/text.h"
#include "freshet/cli/arguments.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/help.h"
#include "freshet/cli/json_text.h"

namespace freshet {
namespace {

struct CompletionOptions {
  CommonOptions common;
};
constexpr std::array kGroups{group<&CompletionOptions::common>("all commands", kCommonOptions)};
constexpr std::array<std::string_view, 2> kExamples{
    "source <(freshet completion bash)  # in ~/.bashrc",
    "freshet completion fish > ~/.config/fish/completions/freshet.fish  # once",
};
constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};

// All "-d --data ..." of a command.
std::string flags(const Command& command) {
  std::string text;
  for (const OptionGroup& group : command.groups) {
    for (const OptionSpec& option : group.options) {
      const std::string flag = flag_of(option);
      text += (text.empty() ? "" : " ") +
              (flag[1] == '-' ? flag : flag.substr(0, 2) + " " + long_flag_of(option));
    }
  }
  return text;
}

std::string names(std::string_view kind) {
  std::string text;
  for (const Listed& entry : listed())
    if (kind.empty() || entry.kind == kind)
      text += (text.empty() ? "" : " ") + std::string(entry.name);
  return text;
}

// Words that may follow the command.
std::string words(const Command& command) {
  if (command.name == "help") return names("");
  if (command.name == "completion") return "bash zsh fish";
  if (command.name == "data") return "list generate " + names("generators");
  if (command.name == "list") return "learners transforms metrics formats generators commands";
  if (command.name == "train" || command.name == "eval")
    return names("learners") + " " + names("transforms");
  return {};
}

std::string bash() {
  std::string text =
      "# freshet completion bash\n"
      "_freshet() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} words\n"
      "  if [[ $COMP_CWORD == 1 ]]; then\n"
      "    words=\"" +
      names("commands") + " " + names("learners") +
      " --version --help\"\n"
      "  else case ${COMP_WORDS[1]} in\n";
  for (const Command* command : commands()) {
    text += "    " + std::string(command->name) + ") words=\"" + flags(*command) + " " +
            words(*command) + "\" ;;\n";
  }
  return text + "    *) words=\"" + flags(*find_command("train")) +
         "\" ;;\n"
         "  esac; fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 && $current == -* ]] || COMPREPLY+=($(compgen -f -- "
         "\"$current\"))\n"
         "}\n"
         "complete -o filenames -F _freshet freshet\n";
}

std::string zsh() {
  return "#compdef freshet\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish() {
  std::string text = "# freshet completion fish\n";
  const std::string first = "complete -c freshet -n __fish_use_subcommand ";
  for (const Command* command : commands()) {
    text +=
        first + "-f -a " + std::string(command->name) + " -d " + quoted(command->summary) + "\n";
  }
  for (const Command* command : commands()) {
    const std::string within =
        "complete -c freshet -n '__fish_seen_subcommand_from " + std::string(command->name) + "' ";
    for (const OptionGroup& group : command->groups) {
      for (const OptionSpec& option : group.options) {
        const std::string flag = flag_of(option);
        text += within + (flag[1] == '-' ? "" : "-s " + flag.substr(1, 1) + " ") + "-l " +
                long_flag_of(option).substr(2) + (is_flag(option) ? "" : " -r") + " -d " +
                quoted(option.doc) + "\n";
      }
    }
    if (const std::string more = words(*command); !more.empty())
      text += within + "-a " + quoted(more) + "\n";
  }
  return text;
}

int run(const CompletionOptions&, std::span<const std::string_view> shell, Console& console) {
  std::string text;
  if (shell[0] == "bash")
    text = bash();
  else if (shell[0] == "zsh")
    text = zsh();
  else if (shell[0] == "fish")
    text = fish();
  if (text.empty()) {
    const std::string_view nearest = nearest_name(shell[0], kShells);
    console.error(
        "completion: no shell \"" + std::string(shell[0]) + "\"; " +
        (nearest.empty() ? "bash, zsh or fish" : "did you mean " + std::string(nearest) + "?"));
    return kWrongInput;
  }
  if (console.json()) {
    JsonText json;
    console.print_line(
        json.begin_object().text("shell", shell[0]).text("script", text).end_object().str());
  } else {
    console.print(text);
  }
  return kDone;
}

}  // namespace

extern const Command completion_command;
constinit const Command completion_command{
    "completion",
    "Prints what the shell needs to complete freshet's command lines.",
    "bash|zsh|fish",
    kExamples,
    {"SHELL", "bash, zsh or fish", 1, 1},
    kGroups,
    sizeof(CompletionOptions),
    &command_defaults<CompletionOptions>,
    &run_with<CompletionOptions, &run>};

}  // namespace freshet
