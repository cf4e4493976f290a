/// `freshet describe --json`: everything that can be named, with options, defaults and bounds, for
/// programs; the documentation, the man page and the Python keywords are made from it.

#include <array>
#include <memory>

#include "freshet/base/version.h"
#include "freshet/cli/arguments.h"
#include "freshet/cli/benchmark.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/help.h"
#include "freshet/cli/json_text.h"
#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/transformer.h"
#include "freshet/format/generate/generator.h"
#include "freshet/ingest/formats.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

struct DescribeOptions {
  CommonOptions common;
};
constexpr std::array kGroups{group<&DescribeOptions::common>("all commands", kCommonOptions)};
constexpr std::array<std::string_view, 1> kExamples{
    "freshet describe --json  # learners, transforms, metrics, formats, commands, with all options",
};

struct Free {
  void operator()(std::byte* bytes) const noexcept {
    ::operator delete[](bytes, std::align_val_t(64));
  }
};
using Storage = std::unique_ptr<std::byte[], Free>;

Storage storage(std::size_t size) {
  return Storage(new (std::align_val_t(64)) std::byte[size + 1]);
}

std::string_view type_name(Type type) noexcept {
  static constexpr std::string_view kNames[] = {
      "f32", "f64", "i32", "u32", "u64", "boolean", "text", "texts", "choice", "spec", "specs"};
  return kNames[static_cast<std::size_t>(type)];
}

bool is_number(Type type) noexcept {
  return type == Type::f32 || type == Type::f64 || type == Type::i32 || type == Type::u32 ||
         type == Type::u64;
}

void put_option(JsonText& json, const OptionSpec& option, const void* defaults) {
  json.begin_object().text("name", option_name(option)).text("type", type_name(option.type));
  if (const std::size_t bar = option.name.find('|'); bar != std::string_view::npos)
    json.text("alias", option.name.substr(bar + 1));
  if (option.type == Type::texts || option.type == Type::specs) {
    json.key("default").begin_array().end_array();
  } else {
    char text[512];
    const std::size_t size = std::min(format_option(option, defaults, text), sizeof(text));
    json.text("default", {text, size});
  }
  if (is_number(option.type)) json.number("low", option.low).number("high", option.high);
  if (!option.choices.empty()) {
    json.key("choices").begin_array();
    for (const std::string_view choice : option.choices)
      json.text(choice);
    json.end_array();
  }
  if (!option.unit.empty()) json.text("unit", option.unit);
  json.text("doc", option.doc).end_object();
}

void put_options(JsonText& json, std::span<const OptionSpec> options, const void* defaults) {
  json.key("options").begin_array();
  for (const OptionSpec& option : options)
    put_option(json, option, defaults);
  json.end_array();
}

void put_traits(JsonText& json, uint32_t traits) {
  static constexpr std::pair<uint32_t, std::string_view> kTraits[] = {
      {kLive, "live"},
      {kBinary, "binary"},
      {kStateless, "stateless"},
      {kCheap, "cheap"},
      {kWeightIsCount, "weight_is_count"},
      {kMergeable, "mergeable"},
      {kBlocked, "blocked"},
      {kTensors, "tensors"}};
  json.key("traits").begin_array();
  for (const auto& [bit, name] : kTraits)
    if ((traits & bit) != 0) json.text(name);
  json.end_array();
}

template <class T>
void put_entries(JsonText& json, std::string_view kind, std::span<const Entry<T>* const> entries) {
  json.key(kind).begin_array();
  for (const Entry<T>* entry : entries) {
    const Info& info = entry->info;
    json.begin_object()
        .text("name", info.name)
        .text("summary", info.summary)
        .text("paper", info.paper);
    json.text("cost", info.cost).text("memory", info.memory).count("format", info.format);
    put_traits(json, info.traits);
    const Storage defaults = storage(info.options_size);
    if (info.defaults != nullptr) info.defaults(defaults.get());
    put_options(json, info.options, defaults.get());
    json.end_object();
  }
  json.end_array();
}

void put_commands(JsonText& json) {
  json.key("commands").begin_array();
  for (const Command* command : commands()) {
    json.begin_object()
        .text("name", command->name)
        .text("summary", command->summary)
        .text("usage", command->usage);
    json.key("examples").begin_array();
    for (const std::string_view example : command->examples)
      json.text(example);
    json.end_array();
    if (!command->words.name.empty()) {
      json.key("words")
          .begin_object()
          .text("name", command->words.name)
          .text("doc", command->words.doc);
      json.count("least", command->words.least).count("most", command->words.most).end_object();
    }
    const Storage defaults = storage(command->options_size);
    command->defaults(defaults.get());
    json.key("groups").begin_array();
    for (const OptionGroup& group : command->groups) {
      json.begin_object().text("title", group.title);
      put_options(json, group.options, group.part(defaults.get()));
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void put_text_kinds(JsonText& json) {
  json.key("formats").begin_array();
  for (const Format* format : input_formats()) {
    json.begin_object()
        .text("name", format->name)
        .text("summary", format->summary)
        .text("grammar", format->grammar);
    json.key("endings").begin_array();
    for (const std::string_view ending : format->endings)
      json.text(ending);
    json.end_array().end_object();
  }
  json.end_array().key("generators").begin_array();
  for (const Generator* generator : generators()) {
    json.begin_object()
        .text("name", generator->name)
        .text("summary", generator->summary)
        .text("paper", generator->paper);
    json.text("header", generator->header).count("examples", generator->examples).end_object();
  }
  json.end_array().key("benchmarks").begin_array();
  for (const Benchmark& benchmark : known_benchmarks()) {
    json.begin_object()
        .text("name", benchmark.name)
        .text("summary", benchmark.summary)
        .end_object();
  }
  json.end_array();
}

int run(const DescribeOptions&, std::span<const std::string_view>, Console& console) {
  const Registry registry = catalog();
  JsonText json;
  json.begin_object().text("program", "freshet").text("version", kVersion);
  put_entries(json, "learners", registry.learners);
  put_entries(json, "transforms", registry.transforms);
  put_entries(json, "metrics", registry.metrics);
  put_text_kinds(json);
  put_commands(json);
  console.print_line(json.end_object().str());
  return kDone;
}

}  // namespace

extern const Command describe_command;
constinit const Command describe_command{
    "describe",
    "Prints everything that can be named, with all options, as JSON.",
    "--json",
    kExamples,
    {},
    kGroups,
    sizeof(DescribeOptions),
    &command_defaults<DescribeOptions>,
    &run_with<DescribeOptions, &run>};

}  // namespace freshet
