#pragma once
/// Lines of a window, one after another: LF ends them, one CR before it goes.

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace freshet {

struct Line {
  const char *begin, *end;
  bool empty() const noexcept { return begin == end; }
};

/// The line at `used`, which is moved behind it. False: there is none, or its end isn't in the
/// window; `last`: the end of the window ends a line too.
inline bool cut_line(std::span<const char> window, bool last, std::size_t& used,
                     Line& line) noexcept {
  if (used == window.size()) return false;
  line.begin = window.data() + used;
  const auto* end = static_cast<const char*>(std::memchr(line.begin, '\n', window.size() - used));
  if (end == nullptr && !last) return false;
  line.end = end == nullptr ? window.data() + window.size() : end;
  used = static_cast<std::size_t>(line.end - window.data()) + (end != nullptr);
  if (!line.empty() && line.end[-1] == '\r') --line.end;
  return true;
}

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// Behind the blanks at `at`.
inline const char* skip_blanks(const char* at, const char* end) noexcept {
  return std::find_if_not(at, end, is_blank);
}

/// Nothing but blanks.
inline bool is_empty_line(Line line) noexcept {
  return skip_blanks(line.begin, line.end) == line.end;
}

/// What stands at `at`, up to the next blank or the end.
inline std::string_view word_at(const char* at, const char* end) noexcept {
  return {at, static_cast<std::size_t>(std::find_if(at, end, is_blank) - at)};
}

/// The first byte of a line that no text has, or null: below 0x20, and no tab. The first loop has no
/// branch: nearly all lines have none.
inline const char* find_control(Line line) noexcept {
  const auto is_control = [](char c) {
    return static_cast<unsigned>((static_cast<unsigned char>(c) < 0x20) & (c != '\t'));
  };
  unsigned found = 0;
  for (const char* at = line.begin; at != line.end; ++at)
    found |= is_control(*at);
  return found == 0 ? nullptr : std::find_if(line.begin, line.end, is_control);
}

}  // namespace freshet
