#include "freshet/ingest/formats.h"

#include <vector>

namespace freshet {

extern const Format jsonl_format;  // ingest/json, or ingest/no_json

std::span<const Format* const> input_formats() noexcept {
  static const std::vector<const Format*> all = [] {
    std::vector<const Format*> found{&jsonl_format};  // a brace begins nothing else
    found.insert(found.end(), formats().begin(), formats().end());
    return found;
  }();
  return all;
}

const Format* find_input_format(std::string_view name) noexcept {
  for (const Format* format : input_formats())
    if (format->name == name) return format;
  return nullptr;
}

const Format* sniff_input(std::string_view file_name, std::string_view text) noexcept {
  return sniff(input_formats(), file_name, text);
}

}  // namespace freshet
