/// JSON lines, read by simdjson's On-Demand parser: one object a line (docs/text-formats.md).
///
/// A row is walked once: its members are looked up by their place, which seldom changes from row to
/// row, and what they hold is collected; only a row without a fault touches the schema. Rows with
/// every number there are dense, as those of CSV.

#include <cmath>
#include <cstring>
#include <vector>

#include <simdjson.h>

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/core/component.h"
#include "freshet/core/label_map.h"
#include "freshet/format/format.h"
#include "freshet/base/short_number.h"
#include "freshet/format/time_text.h"
#include "freshet/ingest/json/json_fault.h"
#include "freshet/ingest/json/json_members.h"
#include "freshet/ingest/json/json_table.h"

namespace freshet {
namespace {

namespace ondemand = simdjson::ondemand;
using Role = JsonMember::Role;
using Kind = Schema::Kind;

constexpr uint32_t kRowGroup = 32;            // the one group of a row's features
constexpr std::size_t kLookAhead = 1u << 20;  // bytes in which begin() looks for a row
constexpr std::size_t kLongestNumber = 1000;  // characters
constexpr std::string_view kTargets[] = {"y", "label", "target"};

// What a member of a row holds.
struct Held {
  enum class What : uint8_t { number, boolean, text };
  JsonMember* member;
  What what;
  float value;            // number, boolean
  std::string_view text;  // the text, unescaped, or the number as written
  const char* at;         // where it stands
};

class JsonlReader final : public LineReader {
 public:
  JsonlReader(const ReaderOptions& options, Schema& schema) noexcept
      : options_(options), schema_(schema), members_(options_, schema), table_(options_, schema) {}

  Begin begin(std::span<const char> window, bool last, Bad& bad) noexcept override;
  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return next_line_; }
  void skip_lines(uint64_t count) noexcept override { next_line_ += count; }
  void restart() noexcept override {
    next_line_ = 1;
    is_table_ = false;
    table_.clear();
  }
  std::string_view target() const noexcept override { return members_.target(); }
  std::span<const std::string> notices() const noexcept override { return notices_; }

 private:
  bool row(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept;
  bool walk(const char* begin, const char* end, Bad& bad) noexcept;
  bool object(ondemand::object& object, JsonMember* parent, int depth) noexcept;
  bool value(ondemand::value& value, JsonMember& member, int depth) noexcept;
  bool array(ondemand::value& value, JsonMember& member, int depth) noexcept;
  bool skipped(ondemand::value& value, int depth) noexcept;
  bool number(ondemand::value& value, JsonMember& member) noexcept;
  bool text(ondemand::value& value, JsonMember& member) noexcept;
  bool meets(JsonMember& member, const char* at) noexcept;
  void choose_target() noexcept;

  bool emit(ExampleBlock& out) noexcept;
  bool emit_role(const Held& held, ExampleBlock& out) noexcept;
  bool label(const Held& held, ExampleBlock& out) noexcept;
  bool weight(const Held& held, ExampleBlock& out) noexcept;
  bool time(const Held& held, ExampleBlock& out) noexcept;
  bool sort_features() noexcept;
  bool add_ids(Kind kind) noexcept;
  void emit_numbers(ExampleBlock& out) noexcept;
  bool emit_words(ExampleBlock& out) noexcept;
  bool is_missing(std::string_view text) const noexcept;

  bool fail(Reason reason, const char* why, const char* at, std::string_view name = {},
            std::string_view found = {}) noexcept;
  // A fault that the parser has found and whose place it doesn't know.
  bool refused() noexcept {
    is_refused_ = true;
    return false;
  }

  const ReaderOptions options_;
  Schema& schema_;
  JsonMembers members_;
  JsonTable table_;
  ondemand::parser parser_;
  uint64_t next_line_ = 1, rows_ = 0;
  bool is_table_ = false, is_refused_ = false, has_told_names_ = false;
  std::size_t place_ = 0;  // members of this row so far
  const char *begin_ = nullptr, *end_ = nullptr;
  Bad* bad_ = nullptr;
  std::vector<Held> held_;                    // all of a row
  std::vector<const Held*> numbers_, words_;  // features of it
  std::vector<std::string> notices_;
};

bool JsonlReader::fail(Reason reason, const char* why, const char* at, std::string_view name,
                       std::string_view found) noexcept {
  *bad_ = {};
  bad_->line = next_line_;
  bad_->column = static_cast<uint32_t>(at - begin_) + 1;
  bad_->reason = reason;
  bad_->why = {Code::invalid_argument, why, bad_->column};
  bad_->name = name;
  bad_->found = found;
  return false;
}

// A byte below 0x20, the tab apart: damage, wherever it stands.
const char* find_control(const char* begin, const char* end) noexcept {
  unsigned found = 0;
  for (const char* at = begin; at != end; ++at)
    found |= static_cast<unsigned>((static_cast<unsigned char>(*at) < 0x20) & (*at != '\t'));
  if (found == 0) return nullptr;
  const char* at = begin;
  while (static_cast<unsigned char>(*at) >= 0x20 || *at == '\t')
    ++at;
  return at;
}

bool is_blank_line(const char* begin, const char* end) noexcept {
  return std::string_view(begin, static_cast<std::size_t>(end - begin)).find_first_not_of(" \t") ==
         std::string_view::npos;
}

Begin JsonlReader::begin(std::span<const char> window, bool last, Bad& bad) noexcept {
  const std::string_view text(window.data(), window.size());
  const JsonTable::Look look = JsonTable::look(text);
  if (look == JsonTable::Look::table) {
    is_table_ = true;
    return table_.begin(text, last, bad);
  }
  const bool is_enough = last || window.size() >= kLookAhead;
  if (look == JsonTable::Look::more && !is_enough) return Begin::more;
  if (look == JsonTable::Look::perhaps && !last && window.size() < JsonTable::kMostBytes)
    return Begin::more;
  if (members_.has_target() || options_.label == Target::none) return Begin::ready;
  // The first row names the target, so that it can be said before anything is learned.
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    if (line_end == text.size() && !is_enough) return Begin::more;
    const char* begin = text.data() + at;
    if (!is_blank_line(begin, text.data() + line_end)) {
      Bad ignored;
      if (walk(begin, text.data() + line_end, ignored)) choose_target();
      break;
    }
    at = line_end + 1;
  }
  return Begin::ready;
}

Read JsonlReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                       std::span<Bad> bad) noexcept {
  if (is_table_) return table_.read(window, out, bad, next_line_);
  Read done;
  while (out.size() < kBlockExamples && out.feature_count() < kBlockFeatures &&
         done.bad < bad.size() && done.used < window.size()) {
    const char* begin = window.data() + done.used;
    const auto* end = static_cast<const char*>(std::memchr(begin, '\n', window.size() - done.used));
    if (end == nullptr && !last) break;
    const char* stop = end == nullptr ? window.data() + window.size() : end;
    done.used = static_cast<std::size_t>(stop - window.data()) + (end != nullptr);
    if (stop != begin && stop[-1] == '\r') --stop;
    if (!is_blank_line(begin, stop) && !row(begin, stop, out, bad[done.bad])) {
      out.drop();
      ++done.bad;
    }
    ++next_line_;
  }
  return done;
}

bool JsonlReader::row(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept {
  if (!walk(begin, end, bad)) return false;
  if (!members_.has_target() && options_.label != Target::none) choose_target();
  out.begin();
  if (!emit(out)) return false;
  out.set_line(next_line_);
  out.finish();
  if (members_.dropped() != 0 && !std::exchange(has_told_names_, true))
    notices_.push_back("names stop growing: the model has all it may keep; others are left out");
  return true;
}

bool is_null(ondemand::value& value) noexcept {
  bool answer = false;
  return value.is_null().get(answer) == simdjson::SUCCESS && answer;
}

// Nothing stands behind what was read.
bool is_used_up(ondemand::document& document) noexcept {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

// Collects what the row holds.
bool JsonlReader::walk(const char* begin, const char* end, Bad& bad) noexcept {
  members_.trim();
  bad_ = &bad;
  begin_ = begin;
  end_ = end;
  held_.clear();
  place_ = 0;
  ++rows_;
  is_refused_ = false;
  if (const char* at = find_control(begin, end)) return fail(Reason::control, "a control byte", at);
  const auto size = static_cast<std::size_t>(end - begin);
  ondemand::document document;
  ondemand::object root;
  const bool is_good =
      parser_.iterate(begin, size, size + simdjson::SIMDJSON_PADDING).get(document) ==
          simdjson::SUCCESS &&
      document.get_object().get(root) == simdjson::SUCCESS && object(root, nullptr, 1);
  if (is_good && is_used_up(document)) return true;
  if (!is_good && !is_refused_ && bad.line != 0) return false;  // fail() has said why
  const JsonFault fault = find_json_fault({begin, size});
  return fail(fault.reason, fault.why != nullptr ? fault.why : "no JSON that can be read",
              begin + fault.at);
}

bool JsonlReader::meets(JsonMember& member, const char* at) noexcept {
  if (std::exchange(member.row, rows_) != rows_) return true;
  return fail(Reason::json, "a repeated member", at, member.name);
}

bool JsonlReader::object(ondemand::object& object, JsonMember* parent, int depth) noexcept {
  for (auto each : object) {
    ondemand::field field;
    if (std::move(each).get(field) != simdjson::SUCCESS) return refused();
    const char* raw = field.key().raw();
    const std::size_t place = place_++;
    JsonMember* member = members_.at(place, parent, raw, end_);
    if (member == nullptr) {
      std::string_view name;
      if (field.unescaped_key().get(name) != simdjson::SUCCESS) return refused();
      const char* close = raw;
      while (*close != '"')
        close += *close == '\\' ? 2 : 1;
      member = &members_.find(place, parent, {raw, static_cast<std::size_t>(close - raw)}, name);
    }
    if (!meets(*member, raw - 1)) return false;
    if (!value(field.value(), *member, depth)) return false;
  }
  return true;
}

bool JsonlReader::value(ondemand::value& value, JsonMember& member, int depth) noexcept {
  if (member.role == Role::ignored) return skipped(value, depth);
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return refused();
  switch (type) {
    case ondemand::json_type::number:
      return number(value, member);
    case ondemand::json_type::string:
      return text(value, member);
    case ondemand::json_type::boolean: {
      bool is_true = false;
      const char* at = value.raw_json_token().data();
      if (value.get_bool().get(is_true) != simdjson::SUCCESS) return refused();
      held_.push_back(
          {&member, Held::What::boolean, is_true ? 1.0f : 0.0f, is_true ? "true" : "false", at});
      return true;
    }
    case ondemand::json_type::null:
      return is_null(value) || refused();
    case ondemand::json_type::array:
      return depth < kMaxJsonDepth ? array(value, member, depth + 1) : refused();
    case ondemand::json_type::object: {
      if (depth == kMaxJsonDepth) return refused();
      ondemand::object inner;
      return value.get_object().get(inner) == simdjson::SUCCESS ? object(inner, &member, depth + 1)
                                                                : refused();
    }
  }
  return refused();
}

// Numbers: items by their place. Texts: a feature for each. Anything else is an error.
bool JsonlReader::array(ondemand::value& value, JsonMember& member, int depth) noexcept {
  ondemand::array array;
  const char* open = value.raw_json_token().data();
  if (value.get_array().get(array) != simdjson::SUCCESS) return refused();
  std::size_t count = 0;
  bool is_words = false;
  for (auto each : array) {
    ondemand::value item;
    ondemand::json_type type;
    if (each.get(item) != simdjson::SUCCESS || item.type().get(type) != simdjson::SUCCESS)
      return refused();
    const char* at = item.raw_json_token().data();
    const bool is_word = type == ondemand::json_type::string;
    if (is_word ? count != 0 && !is_words : type != ondemand::json_type::number || is_words) {
      if (!skipped(item, depth)) return false;  // a fault of the text comes first
      return fail(Reason::json, "expected an array of numbers, or one of texts", open, member.name);
    }
    if (is_word) {
      std::string_view word;
      if (item.get_string().get(word) != simdjson::SUCCESS) return refused();
      JsonMember& feature = members_.word(member, word);
      if (!meets(feature, at)) return false;
      feature.kind = feature.kind.value_or(Kind::numeric);
      held_.push_back({&feature, Held::What::boolean, 1, "1", at});
    } else {
      JsonMember& feature = members_.item(member, count);
      if (!meets(feature, at) || !number(item, feature)) return false;
    }
    is_words = is_word;
    ++count;
  }
  return true;
}

// What is ignored must be JSON, too.
bool JsonlReader::skipped(ondemand::value& value, int depth) noexcept {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return refused();
  switch (type) {
    case ondemand::json_type::number: {
      std::string_view token = value.raw_json_token();
      token = token.substr(0, token.find_last_not_of(" \t") + 1);
      double ignored = 0;
      return value.get_double().get(ignored) == simdjson::SUCCESS || is_json_number(token) ||
             refused();
    }
    case ondemand::json_type::string: {
      std::string_view ignored;
      return value.get_string().get(ignored) == simdjson::SUCCESS || refused();
    }
    case ondemand::json_type::boolean: {
      bool ignored = false;
      return value.get_bool().get(ignored) == simdjson::SUCCESS || refused();
    }
    case ondemand::json_type::null:
      return is_null(value) || refused();
    case ondemand::json_type::array: {
      ondemand::array array;
      if (depth == kMaxJsonDepth || value.get_array().get(array) != simdjson::SUCCESS)
        return refused();
      for (auto each : array) {
        ondemand::value item;
        if (each.get(item) != simdjson::SUCCESS) return refused();
        if (!skipped(item, depth + 1)) return false;
      }
      return true;
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (depth == kMaxJsonDepth || value.get_object().get(object) != simdjson::SUCCESS)
        return refused();
      for (auto each : object) {
        ondemand::field field;
        std::string_view ignored;
        if (std::move(each).get(field) != simdjson::SUCCESS) return refused();
        if (field.unescaped_key().get(ignored) != simdjson::SUCCESS) return refused();
        if (!skipped(field.value(), depth + 1)) return false;
      }
      return true;
    }
  }
  return refused();
}

bool JsonlReader::number(ondemand::value& value, JsonMember& member) noexcept {
  std::string_view token = value.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t") + 1);
  double exact = 0;
  const bool is_read = value.get_double().get(exact) == simdjson::SUCCESS;
  if (!is_read && !is_json_number(token)) return refused();
  if (token.size() > kLongestNumber)
    return fail(Reason::json, "a number of more than 1,000 characters", token.data(), member.name);
  // The float nearest to a decimal is the float nearest to its double, but where that double lies
  // in the middle of two floats, or floats have fewer digits.
  const bool is_between = (bit_cast<uint64_t>(exact) & 0x1fffffff) == 0x10000000;
  auto rounded = static_cast<float>(exact);
  if (!is_read || is_between || std::fabs(exact) < 0x1p-126) {
    const ParseResult r = parse_float32(token.data(), token.data() + token.size(), &rounded);
    if (!r.ok()) rounded = INFINITY;
  }
  if (std::isinf(rounded) && member.role != Role::time && member.role != Role::id) {
    return fail(Reason::json, "a number beyond the range of float32", token.data(), member.name,
                token);
  }
  held_.push_back({&member, Held::What::number, rounded, token, token.data()});
  return true;
}

bool JsonlReader::text(ondemand::value& value, JsonMember& member) noexcept {
  const char* at = value.raw_json_token().data();
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return refused();
  if (!is_missing(text)) held_.push_back({&member, Held::What::text, 0, text, at});
  return true;
}

bool JsonlReader::is_missing(std::string_view text) const noexcept {
  for (const std::string& word : options_.missing)
    if (text == word) return true;
  return false;
}

// Of the row's own members the first of y, label and target, if nobody has said.
void JsonlReader::choose_target() noexcept {
  for (const std::string_view name : kTargets) {
    for (const Held& held : held_) {
      if (held.member->role != Role::feature || held.member->name != name) continue;
      members_.set_target(*held.member);
      notices_.push_back("target: member \"" + std::string(name) + "\" (--target names another)");
      return;
    }
  }
}

bool JsonlReader::emit(ExampleBlock& out) noexcept {
  for (const Held& held : held_)
    if (held.member->role != Role::feature && !emit_role(held, out)) return false;
  if (!sort_features()) return false;
  // Ids as CSV gives them: numbers first.
  if (!add_ids(Kind::numeric) || !add_ids(Kind::nominal) || !add_ids(Kind::text)) return false;
  emit_numbers(out);
  return emit_words(out);
}

bool JsonlReader::emit_role(const Held& held, ExampleBlock& out) noexcept {
  switch (held.member->role) {
    case Role::target:
      return label(held, out);
    case Role::weight:
      return weight(held, out);
    case Role::time:
      return time(held, out);
    case Role::id:
      out.set_id(held.text);
      return true;
    default:
      return true;
  }
}

bool JsonlReader::label(const Held& held, ExampleBlock& out) noexcept {
  if (options_.label == Target::number) {
    if (held.what == Held::What::text)
      return fail(Reason::label, "expected a number", held.at, held.member->name, held.text);
    out.add_label(held.value);
    return true;
  }
  if (!options_.learning) {
    if (const std::optional<uint32_t> id = find_class(schema_, held.text))
      out.add_label(static_cast<float>(*id));
    return true;
  }
  const Result<uint32_t> id = add_class(schema_, held.text, options_.binary);
  if (!id.ok()) return fail(Reason::label, id.status().text().data(), held.at, held.member->name);
  out.add_label(static_cast<float>(*id));
  return true;
}

bool JsonlReader::weight(const Held& held, ExampleBlock& out) noexcept {
  if (held.what != Held::What::number)
    return fail(Reason::number, "expected a number", held.at, held.member->name, held.text);
  if (held.value < 0)
    return fail(Reason::label, "a weight below 0", held.at, held.member->name, held.text);
  out.set_weight(held.value);
  return true;
}

bool JsonlReader::time(const Held& held, ExampleBlock& out) noexcept {
  int64_t time_us = 0;
  switch (parse_time(held.text, time_unit_us(options_.time_unit), &time_us)) {
    case Parse::ok:
      out.set_time(time_us);
      return true;
    case Parse::range:
      return fail(Reason::range, "a time too far away", held.at, held.member->name, held.text);
    case Parse::none:
      break;
  }
  return fail(Reason::number, "expected a time: a number, or ISO 8601 as 2026-01-31T12:30:00Z",
              held.at, held.member->name, held.text);
}

// Numbers and words, by what the model knows of the member, else by what stands there.
bool JsonlReader::sort_features() noexcept {
  numbers_.clear();
  words_.clear();
  for (Held& held : held_) {
    if (held.member->role != Role::feature) continue;
    const bool is_text = held.what == Held::What::text;
    const Kind kind = held.member->kind.value_or(is_text ? Kind::nominal : Kind::numeric);
    if (kind != Kind::numeric) {
      words_.push_back(&held);
      continue;
    }
    if (is_text) {
      const bool may_be = held.member->is_numeric_by_option;
      if (!may_be || !parse_all(held.text, &held.value)) {
        const bool ok =
            fail(Reason::number, "expected a number", held.at, held.member->name, held.text);
        bad_->option = "--missing";
        return ok;
      }
    }
    numbers_.push_back(&held);
  }
  return true;
}

bool JsonlReader::add_ids(Kind kind) noexcept {
  for (const Held* held : kind == Kind::numeric ? numbers_ : words_) {
    const Kind its = kind == Kind::numeric ? kind : held->member->kind.value_or(Kind::nominal);
    if (its != kind || held->member->feature != kNone) continue;
    const Result<uint32_t> id = members_.feature(*held->member, kind);
    if (!id.ok())
      return fail(Reason::json, id.status().text().data(), held->at, held->member->name);
  }
  return true;
}

// Dense where their ids are 0 .. n-1 in any order: no member is there twice.
void JsonlReader::emit_numbers(ExampleBlock& out) noexcept {
  uint32_t highest = 0, count = 0;
  for (const Held* held : numbers_) {
    if (held->member->feature == kNone) continue;
    highest = std::max(highest, held->member->feature);
    ++count;
  }
  if (count == 0) return;
  if (highest + 1 == count && count == numbers_.size()) {
    const std::span<float> row = out.add_dense(count);
    for (const Held* held : numbers_)
      row[held->member->feature] = held->value;
    return;
  }
  for (const Held* held : numbers_)
    if (held->member->feature != kNone) out.add_numeric(held->member->feature, held->value);
  out.add_group(kRowGroup, 0, count);
}

bool JsonlReader::emit_words(ExampleBlock& out) noexcept {
  for (const Held* held : words_) {
    const uint32_t feature = held->member->feature;
    if (feature == kNone) continue;
    if (held->member->kind == Kind::text) {
      out.add_text(feature, held->text);
      continue;
    }
    std::optional<uint32_t> id;
    if (options_.learning) {
      const Result<uint32_t> added = schema_.category(feature, held->text);
      if (!added.ok())
        return fail(Reason::index, added.status().text().data(), held->at, held->member->name,
                    held->text);
      id = *added;
    } else {
      id = schema_.find_category(feature, held->text);
    }
    if (id) out.add_nominal(feature, *id);
  }
  return true;
}

constexpr std::string_view kJsonEndings[] = {".jsonl", ".ndjson", ".json"};

bool looks_like_json(std::string_view line) noexcept {
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '{';
}

Result<std::unique_ptr<LineReader>> make_jsonl(const ReaderOptions& options,
                                               Schema& schema) noexcept {
  if (!options.vector.empty()) {
    return {Code::invalid_argument,
            "jsonl: --vector is for CSV; arrays of numbers are read as they are, as x[0], x[1]"};
  }
  return std::unique_ptr<LineReader>(new JsonlReader(options, schema));
}

}  // namespace

extern const Format jsonl_format;
constinit const Format jsonl_format{
    "jsonl",
    "One JSON object a line; or a table of TinyMLKit, {\"Features\": [[...]], \"Label\": [...]}.",
    "number | true | false: a feature; \"text\": a category; null: missing; {...}: outer.inner; "
    "[1, 2]: x[0], x[1]; [\"a\", \"b\"]: x=a, x=b",
    kJsonEndings,
    &looks_like_json,
    &make_jsonl};

}  // namespace freshet
