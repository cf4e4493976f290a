/// The only file that sees CLI11.

#include "freshet/cli/arguments.h"

#include <CLI/CLI.hpp>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/cli/foreign_flag.h"

namespace freshet {
namespace {

std::string dashed(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (c == '_') c = '-';
  return text;
}

// "-d,--data" as CLI11 wants them.
std::string names_of(const OptionSpec& option) {
  std::string names;
  for (std::string_view left = option.name; !left.empty();) {
    const std::string_view name = left.substr(0, left.find('|'));
    left.remove_prefix(std::min(left.size(), name.size() + 1));
    if (!names.empty()) names += ",";
    names += (name.size() == 1 ? "-" : "--") + dashed(name);
  }
  return names;
}

// One option, as CLI11 collects it.
struct Given {
  const OptionSpec* option;
  void* part;
  std::vector<std::string> values;
  CLI::Option* parsed = nullptr;
};

bool has_data(const Command& command) {
  for (const OptionGroup& group : command.groups)
    for (const OptionSpec& option : group.options)
      if (option_name(option) == "data") return true;
  return false;
}

// model: the first word, which may be one.
Status unknown(const std::string& word, const Command& command, std::string_view model) {
  std::vector<std::string> flags;
  for (const OptionGroup& group : command.groups)
    for (const OptionSpec& option : group.options)
      flags.push_back(long_flag_of(option));
  const std::vector<std::string_view> names(flags.begin(), flags.end());
  const std::string name = word.substr(0, word.find('='));
  const std::string_view nearest = nearest_name(name, names);
  // The short form is called by its model.
  const std::string called(command.name == command.words.name && !model.empty() ? model
                                                                                : command.name);
  std::string text = "freshet " + called + " has no option " + name + "; ";
  if (const std::string known = foreign_flag(name, model); !known.empty())
    text += known;
  else if (!nearest.empty())
    text += "did you mean " + std::string(nearest) + "?";
  else
    text += "see freshet " + called + " --help";
  return failure(Code::invalid_argument, text);
}

Status wrong_words(const Command& command, std::span<const std::string> given) {
  const Words& words = command.words;
  std::string text = "freshet " + std::string(command.name);
  if (given.size() < words.least) {
    text += " needs " + std::string(words.name) + ": " + std::string(words.doc);
  } else {
    text += " takes no word \"" + given[words.most] + "\" without an option";
    if (has_data(command)) text += " (a file to read is named by -d)";
  }
  return failure(Code::invalid_argument, text + "; usage: freshet " + std::string(command.name) +
                                             " " + std::string(command.usage));
}

// Tells CLI11 the options of a command; what it finds is in the answer.
std::vector<std::unique_ptr<Given>> declare(const Command& command, void* options, CLI::App& app) {
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::unique_ptr<Given>> all;
  for (const OptionGroup& group : command.groups) {
    for (const OptionSpec& option : group.options) {
      Given& given = *all.emplace_back(
          std::make_unique<Given>(Given{&option, group.part(options), {}, nullptr}));
      if (is_flag(option)) {
        given.parsed = app.add_flag(names_of(option));
        continue;
      }
      given.parsed =
          app.add_option(names_of(option), given.values)
              ->allow_extra_args(false)
              ->expected(1)
              ->multi_option_policy(option.type == Type::texts ? CLI::MultiOptionPolicy::TakeAll
                                                               : CLI::MultiOptionPolicy::TakeLast);
    }
  }
  return all;
}

// What is no option: words, and unknown options. Behind "--" everything is a word; so is a negative number.
Result<std::vector<std::string>> words_of(const std::vector<std::string>& extras,
                                          const Command& command) {
  const auto model = std::find_if(extras.begin(), extras.end(),
                                  [](const std::string& extra) { return !extra.starts_with('-'); });
  std::vector<std::string> words;
  bool only_words = false;
  for (const std::string& extra : extras) {
    const bool is_number = extra.size() > 1 && extra[1] >= '0' && extra[1] <= '9';
    if (extra == "--" && !only_words)
      only_words = true;
    else if (!only_words && extra.size() > 1 && extra[0] == '-' && !is_number)
      return unknown(extra, command, model == extras.end() ? "" : *model);
    else
      words.push_back(extra);
  }
  return words;
}

// Names separated by commas, unless they are specs, which have commas of their own.
void split_names(std::string_view text, std::vector<std::string_view>& names) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t k = 0; k <= text.size(); ++k) {
    if (k < text.size() && text[k] == '(') ++depth;
    if (k < text.size() && text[k] == ')') --depth;
    if (k < text.size() && (text[k] != ',' || depth > 0)) continue;
    names.push_back(text.substr(begin, k - begin));
    begin = k + 1;
  }
}

}  // namespace

std::string long_flag_of(const OptionSpec& option) {
  return "--" + dashed(option_name(option));
}

std::string flag_of(const OptionSpec& option) {
  const std::size_t bar = option.name.find('|');
  if (bar == std::string_view::npos) return long_flag_of(option);
  return "-" + std::string(option.name.substr(bar + 1)) + ", " + long_flag_of(option);
}

bool is_flag(const OptionSpec& option) noexcept {
  return option.type == Type::boolean;
}

Result<Arguments> Arguments::parse(const Command& command,
                                   std::span<const std::string> args) noexcept {
  Arguments result;
  result.options_.reset(::operator new(command.options_size));
  command.defaults(result.options_.get());

  CLI::App app;
  const std::vector<std::unique_ptr<Given>> all = declare(command, result.options_.get(), app);
  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return failure(Code::invalid_argument,
                   std::string(error.what()) + "; see freshet help " + std::string(command.name));
  }
  FRESHET_TRY_ASSIGN(std::vector<std::string> words, words_of(app.remaining(), command));
  bool wants_help = false;
  for (const auto& given : all) {
    if (given->parsed->count() == 0) continue;
    wants_help = wants_help || option_name(*given->option) == "help";
    FRESHET_TRY(result.set(*given->option, given->part, given->values));
  }
  if (!wants_help && (words.size() < command.words.least || words.size() > command.words.most)) {
    return wrong_words(command, words);
  }
  for (std::string& word : words)
    result.words_.push_back(result.keep(std::move(word)));
  return result;
}

std::string_view Arguments::keep(std::string text) {
  texts_.push_back(std::make_unique<std::string>(std::move(text)));
  return *texts_.back();
}

Status Arguments::set(const OptionSpec& option, void* part, std::span<const std::string> values) {
  if (option.type == Type::texts) {
    auto& list = *lists_.emplace_back(std::make_unique<std::vector<std::string_view>>());
    for (const std::string& value : values)
      split_names(keep(value), list);
    *static_cast<std::span<const std::string_view>*>(option.address(part)) = list;
    return {};
  }
  const std::string_view text = is_flag(option) ? "true" : keep(values.back());
  const Status set = set_option({&option, 1}, part, option_name(option), text);
  if (set.ok()) return {};
  return failure(Code::invalid_argument,
                 long_flag_of(option) + " " + std::string(text) + ": " + std::string(set.text()));
}

}  // namespace freshet
