#include "freshet/cli/help.h"

#include <memory>

#include "freshet/base/chars.h"
#include "freshet/base/version.h"
#include "freshet/cli/arguments.h"
#include "freshet/cli/common_options.h"
#include "freshet/cli/plain_text.h"
#include "freshet/core/detector.h"
#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/transformer.h"
#include "freshet/format/generate/generator.h"
#include "freshet/ingest/formats.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

constexpr std::size_t kWidth = 100, kColumn = 28;

std::string number(double value) {
  return human(value, 10);
}

// `text` in lines of at most kWidth, those after the first indented.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t at = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (at != indent && at + 1 + word.size() > kWidth) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at != indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

std::string row(const std::string& left, std::string_view right) {
  std::string line = "  " + left;
  if (line.size() + 2 > kColumn)
    return line + "\n" + std::string(kColumn, ' ') + wrapped(right, kColumn) + "\n";
  return line + std::string(kColumn - line.size(), ' ') + wrapped(right, kColumn) + "\n";
}

// The defaults of an options struct, for as long as this lives.
class Defaults {
 public:
  Defaults(std::size_t size, void (*make)(void*) noexcept)
      : bytes_(new(std::align_val_t(64)) std::byte[size + 1]) {
    if (make != nullptr) make(bytes_.get());
  }
  void* get() const noexcept { return bytes_.get(); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const noexcept {
      ::operator delete[](bytes, std::align_val_t(64));
    }
  };
  std::unique_ptr<std::byte[], Free> bytes_;
};

std::string option_row(const OptionSpec& option, const std::string& shown, const void* defaults) {
  std::string doc(option.doc);
  const std::string range = option_range(option, defaults);
  if (!range.empty()) doc += " [" + range + "]";
  return row(shown, doc);
}

template <class T>
std::string component_help(const char* kind, const Entry<T>& entry) {
  const Info& info = entry.info;
  std::string text =
      std::string(info.name) + ", a " + kind + "\n\n" + wrapped(info.summary, 0) + "\n";
  if (!info.paper.empty()) text += wrapped("Source: " + std::string(info.paper), 0) + "\n";
  if (!info.cost.empty())
    text += "Cost of an example: " + std::string(info.cost) +
            "; memory: " + std::string(info.memory) + "\n";
  if (info.options.empty()) return text + "\nIt has no options.\n";
  const Defaults defaults(info.options_size, info.defaults);
  text += "\nOptions:\n";
  for (const OptionSpec& option : info.options) {
    text += option_row(option, std::string(option_name(option)) + "=" + option_type(option),
                       defaults.get());
  }
  return text;
}

std::string format_help(const Format& format) {
  std::string text = std::string(format.name) + ", a format\n\n" + wrapped(format.summary, 0) +
                     "\n\n  " + std::string(format.grammar) + "\n";
  if (!format.endings.empty()) {
    text += "\nFiles end in";
    for (const std::string_view ending : format.endings)
      text += " " + std::string(ending);
    text += "\n";
  }
  return text;
}

std::string generator_help(const Generator& generator) {
  return std::string(generator.name) + ", a generator\n\n" + wrapped(generator.summary, 0) +
         "\nSource: " + std::string(generator.paper) +
         (generator.header.empty() ? "" : "\nColumns: " + std::string(generator.header)) +
         "\n\nfreshet data generate " + std::string(generator.name) + " --examples " +
         std::to_string(generator.examples) + " --seed 1 -o " + std::string(generator.name) +
         (generator.header.empty() ? ".vw\n" : ".csv\n");
}

template <class T>
void list_entries(std::vector<Listed>& all, std::string_view kind,
                  std::span<const Entry<T>* const> entries) {
  for (const Entry<T>* entry : entries)
    all.push_back({kind, entry->info.name, entry->info.summary});
}

// The flags alone, where every command has them.
std::string short_flags(const OptionGroup& group) {
  std::string text;
  for (const OptionSpec& option : group.options) {
    text += " " + long_flag_of(option) + (is_flag(option) ? "" : " " + option_type(option));
  }
  return text;
}

}  // namespace

std::string option_type(const OptionSpec& option) {
  switch (option.type) {
    case Type::f32:
    case Type::f64:
      return "NUMBER";
    case Type::i32:
    case Type::u32:
    case Type::u64:
      return "N";
    case Type::boolean:
      return "true|false";
    case Type::text:
      return "TEXT";
    case Type::texts:
      return "A,B";
    case Type::spec:
    case Type::specs:
      return "SPEC";
    case Type::choice:
      break;
  }
  std::string names;
  for (const std::string_view choice : option.choices)
    names += (names.empty() ? "" : "|") + std::string(choice);
  return names;
}

std::string option_range(const OptionSpec& option, const void* options) {
  if (option.type == Type::texts || option.type == Type::specs) return {};
  char shown[256];
  const std::size_t size = format_option(option, options, shown);
  std::string text(shown, std::min(size, sizeof(shown)));
  if (option.type == Type::boolean && text == "false") return {};
  const bool is_number = option.type == Type::f32 || option.type == Type::f64 ||
                         option.type == Type::i32 || option.type == Type::u32 ||
                         option.type == Type::u64;
  // Bounds that nobody meets say nothing.
  if (is_number && option.high < 1e9)
    text += "; " + number(option.low) + " .. " + number(option.high);
  if (!option.unit.empty() && !text.empty()) text += " " + std::string(option.unit);
  return text;
}

std::string program_help() {
  std::string text =
      "Freshet " + std::string(kVersion) +
      ": models that never stop learning.\n\n"
      "  freshet eval 'scale | logistic(learning_rate=0.005)' -d data/phishing.csv.gz\n"
      "  freshet train 'scale | logistic' -d data/phishing.csv.gz -f m.frsh\n"
      "  freshet predict m.frsh -d data/phishing.csv.gz -p predictions.txt\n"
      "  freshet logistic -d x.csv -f m.frsh      the short form: trains, goes on from m.frsh if "
      "it is there\n\n"
      "Commands:\n";
  for (const Command* command : commands())
    text += row(std::string(command->name), command->summary);
  return text +
         "\nfreshet help NAME explains a command, a learner, a transform, a metric or a format.\n";
}

std::string command_help(const Command& command) {
  std::string text = std::string(command.summary) + "\n\n";
  for (const std::string_view example : command.examples) {
    const std::size_t mark = example.find("  # ");
    text += "  " + std::string(example.substr(0, mark)) + "\n";
    if (mark != std::string_view::npos)
      text += "      " + std::string(example.substr(mark + 4)) + "\n";
  }
  text += "\nusage: freshet " + std::string(command.name) + " " + std::string(command.usage) + "\n";
  if (!command.words.name.empty()) text += row(std::string(command.words.name), command.words.doc);
  const Defaults defaults(command.options_size, command.defaults);
  for (const OptionGroup& group : command.groups) {
    if (group.options.data() == kCommonOptions.data() && command.groups.size() > 1) {
      text += "\n" + std::string(group.title) + ":" + short_flags(group) + "\n";
      continue;
    }
    text += "\n" + std::string(group.title) + ":\n";
    for (const OptionSpec& option : group.options) {
      const std::string value = is_flag(option) ? "" : " " + option_type(option);
      text += option_row(option, flag_of(option) + value, group.part(defaults.get()));
    }
  }
  return text;
}

// The words that bad lines are counted by.
std::string reasons() {
  std::string text;
  for (std::size_t k = 0; k < kReasons; ++k)
    text += (k == 0 ? "" : " ") + std::string(reason_name(static_cast<Reason>(k)));
  return text;
}

std::string formats_help() {
  std::string text =
      "Text is read by lines, from a file, '-' (standard input) or a glob, whose files are sorted "
      "by "
      "name.\nWithout --format the file's ending says, else the first line that isn't blank. gzip, "
      "zstd and lz4\nare told by their first bytes.\n";
  for (const Format* format : input_formats())
    text += "\n" + format_help(*format);
  text +=
      "\nNumbers: [+-] digits [. digits] [e[+-] digits], the nearest float32; nan, inf and "
      "hexadecimal "
      "are\nnever numbers. Names are bytes. In CSV and JSON 0 is a value and an empty cell or null "
      "is "
      "missing; in\nvw, sparse and svmlight text a feature of value 0 is left out and counted. A "
      "control "
      "byte is an error.\n"
      "\nA line that can't be read stops with its place; --on-bad-line skip counts it, by "
      "reason:\n";
  text += "  " + wrapped(reasons(), 2) + "\n";
  return text +
         "\nGrowing files: --follow. What was read is kept in binary and read again: --cache "
         "FILE.frb.\n"
         "Limits: --max-line, --max-window (zstd); JSON 64 deep, CSV 65,536 columns, 1,000,000 "
         "names.\n";
}

std::string help_for(std::string_view name) {
  if (const Command* command = find_command(name)) return command_help(*command);
  const Registry registry = catalog();
  if (const auto* entry = find_entry(registry.learners, name))
    return component_help("learner", *entry);
  if (const auto* entry = find_entry(registry.transforms, name))
    return component_help("transform", *entry);
  if (const auto* entry = find_entry(registry.metrics, name))
    return component_help("metric", *entry);
  if (const auto* entry = find_entry(registry.detectors, name))
    return component_help("detector", *entry);
  if (name == "formats") return formats_help();
  if (const Format* format = find_input_format(name)) return format_help(*format);
  if (const Generator* generator = find_generator(name)) return generator_help(*generator);
  return {};
}

std::vector<std::string_view> kinds() {
  return {"learners", "transforms", "metrics", "formats", "generators", "commands"};
}

std::vector<Listed> listed() {
  std::vector<Listed> all;
  const Registry registry = catalog();
  list_entries(all, "learners", registry.learners);
  list_entries(all, "transforms", registry.transforms);
  list_entries(all, "metrics", registry.metrics);
  for (const Format* format : input_formats())
    all.push_back({"formats", format->name, format->summary});
  for (const Generator* generator : generators())
    all.push_back({"generators", generator->name, generator->summary});
  for (const Command* command : commands())
    all.push_back({"commands", command->name, command->summary});
  return all;
}

std::vector<std::string_view> known_names() {
  std::vector<std::string_view> names{"formats"};
  for (const Listed& entry : listed())
    names.push_back(entry.name);
  return names;
}

}  // namespace freshet
