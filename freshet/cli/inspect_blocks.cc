/// `freshet inspect x.frb`: what a file of blocks was made from, and what is in it.

#include "freshet/base/failure.h"
#include "freshet/cli/inspect_model.h"
#include "freshet/cli/json_text.h"
#include "freshet/format/blocks_reader.h"
#include "freshet/ingest/bad_lines.h"
#include "freshet/ingest/feeder.h"
#include "freshet/log/decompressor.h"

namespace freshet {
namespace {

// Lists of names are kept with a zero behind each.
std::string shown(const Value& value) {
  std::string line = value_text(value);
  for (char& c : line)
    if (c == '\0' || c == '\n') c = ' ';
  while (!line.empty() && line.back() == ' ')
    line.pop_back();
  return line;
}

// The way of hashing that the file says, so that it is not taken for a contradiction.
void take_hashing(const Keys& keys, ReaderOptions& options) noexcept {
  const auto get = [&]<class T>(std::string_view key, T otherwise) {
    const T* value = find_value<T>(keys, key);
    return value == nullptr ? otherwise : *value;
  };
  options.hash = get("input.hash", std::string()) == "all" ? NameHash::all : NameHash::strings;
  options.hash_seed = static_cast<uint32_t>(get("input.hash_seed", uint64_t{0}));
  options.zero_based = get("input.zero_based", false);
  options.features = static_cast<uint32_t>(get("input.features", uint64_t{0}));
}

struct Counts {
  uint64_t blocks = 0, examples = 0, labelled = 0, features = 0, decisions = 0;
};

}  // namespace

Status inspect_blocks(const std::string& path, Console& console) noexcept {
  ReaderOptions options;
  options.label = Target::none;
  Schema schema;
  Keys keys;
  Counts counts;
  const StopFlag never;
  for (const bool is_first : {true, false}) {  // the first time for the keys alone
    FRESHET_TRY_ASSIGN(std::unique_ptr<Source> source, open_source(path, kFileWindow, never));
    BadLines bad_lines(false);
    Feeder feeder(std::move(source), bad_lines, std::size_t{16} << 20, never);
    BlocksReader reader(options, schema);
    const Status status = feeder.start(reader);
    keys = reader.keys();
    take_hashing(keys, options);
    if (is_first && !keys.empty()) continue;
    if (!status.ok()) return failure(status.code(), status.text());
    ExampleBlock block;
    while (true) {
      FRESHET_TRY_ASSIGN(const bool has_some, feeder.next(block));
      if (!has_some) break;
      ++counts.blocks;
      counts.examples += block.size();
      counts.features += block.feature_count();
      counts.decisions += block.decisions().size();
      for (uint32_t k = 0; k < block.size(); ++k)
        counts.labelled += !block[k].label.empty();
    }
  }
  const std::pair<std::string_view, uint64_t> figures[] = {
      {"blocks", counts.blocks},        {"examples", counts.examples},
      {"labelled", counts.labelled},    {"decisions", counts.decisions},
      {"features", counts.features},    {"names", schema.feature_count()},
      {"classes", schema.class_count()}};
  if (!console.json()) {
    console.print_line("a file of blocks");
    for (const auto& [name, count] : figures)
      console.print_line("  " + std::string(name) + "  " + std::to_string(count));
    for (const auto& [key, value] : keys)
      console.print_line("  " + key + "  " + shown(value));
    return {};
  }
  JsonText json;
  json.begin_object().text("kind", "blocks");
  for (const auto& [name, count] : figures)
    json.count(name, count);
  json.key("keys").begin_object();
  for (const auto& [key, value] : keys)
    json.text(key, shown(value));
  console.print_line(json.end_object().end_object().str());
  return {};
}

}  // namespace freshet
