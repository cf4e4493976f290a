#include "freshet/format/format.h"

namespace freshet {
namespace {

constexpr std::string_view kJsonEndings[] = {".jsonl", ".ndjson", ".json"};

bool looks_like_json(std::string_view line) noexcept {
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '{';
}

Result<std::unique_ptr<LineReader>> make_jsonl(const ReaderOptions&, Schema&) noexcept {
  return {Code::unsupported,
          "jsonl: this freshet was built without simdjson (FRESHET_WITH_JSON); write CSV"};
}

}  // namespace

// Described as the real one: documentation is the same for every build.
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
