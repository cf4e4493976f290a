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

extern const Format jsonl_format;
constinit const Format jsonl_format{
    "jsonl",
    "JSON lines; this freshet was built without them (FRESHET_WITH_JSON).",
    "one object a line",
    kJsonEndings,
    &looks_like_json,
    &make_jsonl};

}  // namespace freshet
