#include "freshet/cli/inspect_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/kept_names.h"
#include "freshet/cli/model_io.h"
#include "freshet/cli/plain_text.h"
#include "freshet/core/spec.h"
#include "freshet/log/file.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

struct Weight {
  uint32_t feature, category;
  double value;
};

// Collects what a component draws.
class Collected final : public Sink {
 public:
  void line(std::string_view text) noexcept override { lines.emplace_back(text); }
  void number(std::string_view name, double value) noexcept override {
    numbers.emplace_back(name, value);
  }
  void weight(uint32_t feature, uint32_t category, double value) noexcept override {
    weights.push_back({feature, category, value});
  }
  std::vector<std::string> lines;
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<Weight> weights;
};

// An option of the learner, if it has one of this type.
template <class T>
const T* option_of(const Learner& learner, std::string_view name, Type type) {
  const OptionSpec* option = find_option(learner.info().options, name);
  if (option == nullptr || option->type != type) return nullptr;
  return static_cast<const T*>(option->address(const_cast<void*>(learner.options())));  // only read
}

// The bits a learner hashes to, or the model of costs inside one of decisions; 0: it doesn't.
uint32_t bits_of(const Learner& learner) {
  if (const auto* bits = option_of<uint32_t>(learner, "bits", Type::u32)) return *bits;
  const auto* inside = option_of<SpecText>(learner, "model", Type::spec);
  if (learner.label() != Label::decision || inside == nullptr) return 0;
  const Result<std::unique_ptr<Learner>> made = make_learner(inside->text, catalog());
  return made.ok() && (*made)->label() != Label::decision ? bits_of(**made) : 0;
}

// Names of rows, where the model kept them.
std::map<uint32_t, std::string> row_names(const ModelFileReader& file, const Learner& learner) {
  const ModelFileReader::ChunkView* chunk = file.chunk(kNamesChunk);
  const uint32_t bits = bits_of(learner);
  if (chunk == nullptr || bits == 0) return {};
  Result<KeptNames> names = KeptNames::decode(chunk->payload);
  return names.ok() ? names->by_row(bits) : std::map<uint32_t, std::string>();
}

std::string feature_name(const Schema& schema, const std::map<uint32_t, std::string>& rows,
                         const Weight& weight) {
  if (weight.feature == kNone) return "(intercept)";
  if (!rows.empty()) {  // a row without a name was reached by crosses only
    const auto row = rows.find(weight.feature);
    return row != rows.end() ? row->second : "row " + std::to_string(weight.feature);
  }
  std::string name(schema.name(weight.feature));
  if (name.empty()) name = "feature " + std::to_string(weight.feature);
  if (weight.category == kNone) return name;
  const std::string_view category = schema.category_name(weight.feature, weight.category);
  return name + "=" + (category.empty() ? std::to_string(weight.category) : std::string(category));
}

std::string_view dtype_name(DType type) noexcept {
  static constexpr std::string_view kNames[] = {"?",   "f32",     "f64", "bf16", "f16", "i8",
                                                "u8",  "i16",     "u16", "i32",  "u32", "i64",
                                                "u64", "boolean", "c64", "c128"};
  const auto at = static_cast<std::size_t>(type);
  return at < std::size(kNames) ? kNames[at] : kNames[0];
}

std::string shape_text(const std::vector<uint64_t>& shape) {
  std::string text = "[";
  for (std::size_t k = 0; k < shape.size(); ++k)
    text += (k == 0 ? "" : ", ") + std::to_string(shape[k]);
  return text + "]";
}

std::string hex(uint32_t value) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4)
    text += kHex[value >> shift & 15];
  return text;
}

// Everything that was read from one file.
struct Inspected {
  const ModelFileReader& file;
  std::size_t bytes;
  std::string spec;
  std::unique_ptr<Schema> schema;
  std::unique_ptr<Learner> learner;
  Collected drawn;
  std::map<uint32_t, std::string> rows;
};

void keep_largest(std::vector<Weight>& weights, uint32_t count) {
  std::stable_sort(weights.begin(), weights.end(), [](const Weight& a, const Weight& b) {
    return std::fabs(a.value) > std::fabs(b.value);
  });
  if (weights.size() > count) weights.resize(count);
}

void print_plain(const Inspected& what, Console& console) {
  console.print_line("model file, " + std::to_string(what.bytes) +
                     " bytes, checksums right: " + what.spec);
  console.print_line("features " + std::to_string(what.schema->feature_count()) + ", classes " +
                     std::to_string(what.schema->class_count()));
  console.print_line("\nkeys:");
  for (const auto& [key, value] : what.file.keys())
    console.print_line("  " + aligned_left(key, 40) + " " + value_text(value));
  console.print_line("\nchunks:");
  for (const ModelFileReader::ChunkView& chunk : what.file.chunks()) {
    console.print_line("  " + std::string(chunk.tag.text, 4) + "  " +
                       aligned_left(std::to_string(chunk.payload.size()) + " bytes", 16) +
                       " crc32c " + hex(chunk.crc) + (chunk.optional ? "  optional" : ""));
  }
  console.print_line("\ntensors:");
  for (const ModelFileReader::TensorView& tensor : what.file.tensors()) {
    console.print_line("  " + aligned_left(tensor.name, 40) + " " +
                       std::string(dtype_name(tensor.type)) + shape_text(tensor.shape));
  }
  for (const std::string& line : what.drawn.lines)
    console.print_line(line);
  for (const auto& [name, value] : what.drawn.numbers)
    console.print_line(aligned_left(name, 42) + " " + std::string(Digits(value).text()));
  if (!what.drawn.weights.empty()) console.print_line("\nlargest weights:");
  for (const Weight& weight : what.drawn.weights) {
    console.print_line("  " + aligned_left(feature_name(*what.schema, what.rows, weight), 40) +
                       " " + std::string(Digits(weight.value).text()));
  }
}

void print_json(const Inspected& what, Console& console) {
  JsonText json;
  json.begin_object().text("kind", "model").count("bytes", what.bytes).text("spec", what.spec);
  json.count("features", what.schema->feature_count())
      .count("classes", what.schema->class_count())
      .key("keys")
      .begin_object();
  for (const auto& [key, value] : what.file.keys())
    json.text(key, value_text(value));
  json.end_object().key("chunks").begin_array();
  for (const ModelFileReader::ChunkView& chunk : what.file.chunks()) {
    json.begin_object()
        .text("tag", {chunk.tag.text, 4})
        .count("bytes", chunk.payload.size())
        .text("crc32c", hex(chunk.crc));
    json.boolean("optional", chunk.optional).end_object();
  }
  json.end_array().key("tensors").begin_array();
  for (const ModelFileReader::TensorView& tensor : what.file.tensors()) {
    json.begin_object()
        .text("name", tensor.name)
        .text("type", dtype_name(tensor.type))
        .key("shape")
        .begin_array();
    for (const uint64_t size : tensor.shape)
      json.count(size);
    json.end_array().end_object();
  }
  json.end_array().key("numbers").begin_object();
  for (const auto& [name, value] : what.drawn.numbers)
    json.number(name, value);
  json.end_object().key("weights").begin_array();
  for (const Weight& weight : what.drawn.weights) {
    json.begin_object()
        .text("feature", feature_name(*what.schema, what.rows, weight))
        .number("weight", weight.value)
        .end_object();
  }
  console.print_line(json.end_array().end_object().str());
}

Status inspect_bytes(std::span<const std::byte> bytes, uint32_t weights,
                     Console& console) noexcept {
  FRESHET_TRY_ASSIGN(const ModelFileReader file, ModelFileReader::open(bytes));
  Inspected what{file, bytes.size(), {}, nullptr, nullptr, {}, {}};
  FRESHET_TRY_ASSIGN(Schema schema, file.schema());
  what.schema = std::make_unique<Schema>(std::move(schema));
  FRESHET_TRY_ASSIGN(what.learner, file.learner(catalog()));
  what.spec = spec_of(*what.learner);
  what.rows = row_names(file, *what.learner);
  what.learner->draw(what.drawn);
  keep_largest(what.drawn.weights, weights);
  if (console.json())
    print_json(what, console);
  else
    print_plain(what, console);
  return {};
}

}  // namespace

std::string value_text(const Value& value) {
  struct Show {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(uint64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return std::string(Digits(v).text()); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const std::vector<std::byte>& v) const {
      return std::to_string(v.size()) + " bytes";
    }
  };
  return std::visit(Show(), value);
}

Status inspect_model(const std::string& path, uint32_t weights, Console& console) noexcept {
  FRESHET_TRY_ASSIGN(const std::vector<std::byte> bytes, read_file(path, kLargestModel));
  const Status status = inspect_bytes(bytes, weights, console);
  if (status.ok()) return {};
  return failure(status.code(), path + ": " + std::string(status.text()));
}

}  // namespace freshet
