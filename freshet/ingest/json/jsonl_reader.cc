/// JSON lines, read by simdjson's On-Demand parser: one object a line (docs/text-formats.md).
///
/// A row is walked once: its members are looked up by their place, which seldom changes from row to
/// row, and what they hold is collected (json_walk.h); then it becomes an example (json_examples.h).

#include <string>
#include <utility>
#include <vector>

#include "freshet/format/format.h"
#include "freshet/ingest/json/json_examples.h"
#include "freshet/ingest/json/json_members.h"
#include "freshet/ingest/json/json_row.h"
#include "freshet/ingest/json/json_table.h"
#include "freshet/ingest/json/json_walk.h"

namespace freshet {
namespace {

constexpr std::size_t kLookAhead = 1u << 20;  // bytes in which begin() looks for a row
constexpr std::string_view kTargets[] = {"y", "label", "target"};

class JsonlReader final : public LineReader {
 public:
  JsonlReader(const ReaderOptions& options, Schema& schema) noexcept
      : options_(options),
        members_(options_, schema),
        table_(options_, schema),
        walk_(members_, options_.missing),
        examples_(options_, schema, members_) {}

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
  bool row(Line line, ExampleBlock& out, Bad& bad) noexcept;
  void choose_target() noexcept;

  const ReaderOptions options_;
  JsonMembers members_;
  JsonTable table_;
  JsonWalk walk_;
  JsonExamples examples_;
  JsonRow row_{};
  uint64_t next_line_ = 1;
  bool is_table_ = false, has_told_names_ = false;
  std::vector<std::string> notices_;
};

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
  std::size_t used = 0;
  Line line{};
  while (cut_line(window, is_enough, used, line)) {
    if (is_empty_line(line)) continue;
    Bad ignored;
    row_.begin(line, next_line_, ignored);
    if (walk_.walk(row_)) choose_target();
    return Begin::ready;
  }
  return used == window.size() ? Begin::ready : Begin::more;
}

Read JsonlReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                       std::span<Bad> bad) noexcept {
  if (is_table_) return table_.read(window, out, bad, next_line_);
  Read done;
  Line line{};
  while (has_room(out, done, bad) && cut_line(window, last, done.used, line)) {
    if (!is_empty_line(line) && !row(line, out, bad[done.bad])) {
      out.drop();
      ++done.bad;
    }
    ++next_line_;
  }
  return done;
}

bool JsonlReader::row(Line line, ExampleBlock& out, Bad& bad) noexcept {
  row_.begin(line, next_line_, bad);
  if (!walk_.walk(row_)) return false;
  if (!members_.has_target() && options_.label != Target::none) choose_target();
  out.begin();
  if (!examples_.fill(row_, out)) return false;
  out.set_line(next_line_);
  out.finish();
  if (members_.dropped() != 0 && !std::exchange(has_told_names_, true))
    notices_.push_back("names stop growing: the model has all it may keep; others are left out");
  return true;
}

// Of the row's own members the first of y, label and target, if nobody has said.
void JsonlReader::choose_target() noexcept {
  for (const std::string_view name : kTargets) {
    for (const JsonRow::Held& held : row_.held) {
      if (held.member->role != JsonMember::Role::feature || held.member->name != name) continue;
      members_.set_target(*held.member);
      notices_.push_back("target: member \"" + std::string(name) + "\" (--target names another)");
      return;
    }
  }
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
