#include "freshet/ingest/formats.h"

#include <vector>

namespace freshet {

#define FRESHET_FORMAT(name) extern const Format name##_format;
#include "freshet/ingest/formats.def"
#undef FRESHET_FORMAT

std::span<const Format* const> input_formats() noexcept {
  static const std::vector<const Format*> all = [] {
    std::vector<const Format*> found{
#define FRESHET_FORMAT(name) &name##_format,
#include "freshet/ingest/formats.def"
#undef FRESHET_FORMAT
    };
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
