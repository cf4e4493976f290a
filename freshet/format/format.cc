#include "freshet/format/format.h"

#include <array>

namespace freshet {

#define FRESHET_FORMAT(name) extern const Format name##_format;
#include "freshet/format/formats.def"
#undef FRESHET_FORMAT

std::span<const Format* const> formats() noexcept {
  static constexpr const Format* kFormats[] = {
#define FRESHET_FORMAT(name) &name##_format,
#include "freshet/format/formats.def"
#undef FRESHET_FORMAT
  };
  return kFormats;
}

const Format* find_format(std::string_view name) noexcept {
  for (const Format* format : formats())
    if (format->name == name) return format;
  return nullptr;
}

namespace {

std::string_view without_compression(std::string_view name) noexcept {
  for (const std::string_view ending : {".gz", ".zst", ".lz4"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

std::string_view first_line(std::string_view text) noexcept {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t used = std::min(text.size(), line.size() + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) return line;
    text.remove_prefix(used);
  }
  return {};
}

}  // namespace

const Format* sniff(std::span<const Format* const> among, std::string_view file_name,
                    std::string_view text) noexcept {
  const std::string_view name = without_compression(file_name);
  for (const Format* format : among)
    for (const std::string_view ending : format->endings)
      if (name.ends_with(ending)) return format;
  const std::string_view line = first_line(text);
  for (const Format* format : among)
    if (!line.empty() && format->recognise(line)) return format;
  return nullptr;
}

std::string_view reason_name(Reason reason) noexcept {
  static constexpr std::string_view kNames[kReasons] = {
      "number", "range", "label",   "bar",  "namespace", "index",     "duplicate",  "columns",
      "quote",  "utf8",  "control", "json", "long",      "truncated", "compressed", "decision"};
  return kNames[static_cast<std::size_t>(reason)];
}

Begin LineReader::begin(std::span<const char>, bool, Bad&) noexcept {
  return Begin::ready;
}

}  // namespace freshet
