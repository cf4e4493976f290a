#pragma once
/// The loop that the readers of line text share: pieces of a window are taken apart into tokens; lines
/// that are plain are read from those, all others byte by byte with care.

#include "freshet/format/line_cut.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/mistake.h"
#include "freshet/format/token_window.h"

namespace freshet {

/// Each line is an example or nothing, and is counted in `next_line`.
/// take(text): TokenWindow::take_..., and what is done with all of its tokens; false: with care.
/// plain(TokenWindow::Line, out): false: needs care; what it added is dropped.
/// careful(Line, out, Mistake&), not for lines of blanks: false: a bad line; what it added is dropped.
template <class Take, class Plain, class Careful>
inline Read read_token_lines(TokenWindow& tokens, std::span<const char> window, bool last,
                             ExampleBlock& out, std::span<Bad> bad, uint64_t& next_line, Take take,
                             Plain plain, Careful careful) noexcept {
  Read done;
  const auto with_care = [&](Line line) {
    Mistake mistake;
    if (!is_empty_line(line) && !careful(line, out, mistake)) {
      out.drop();
      bad[done.bad++] = mistake.bad(next_line, line.begin);
    }
  };
  while (done.used < window.size() && has_room(out, done, bad)) {
    const std::span<const char> rest = window.subspan(done.used);
    const std::size_t bytes = TokenWindow::cut(rest);
    if (bytes == 0 && !last) break;
    const std::span<const char> lines = bytes == 0 ? rest : rest.first(bytes);
    std::size_t used = 0;
    if (bytes != 0 && take(lines)) {
      for (const TokenWindow::Line& now : tokens.lines()) {
        if (!has_room(out, done, bad)) break;
        if (!now.is_plain || !plain(now, out)) {
          out.drop();
          with_care({lines.data() + now.begin, lines.data() + now.end});
        }
        ++next_line;
        used = now.next;
      }
    } else {  // odd bytes, or a last line without LF
      Line now{};
      while (has_room(out, done, bad) && cut_line(lines, true, used, now)) {
        with_care(now);
        ++next_line;
      }
    }
    done.used += used;
  }
  return done;
}

}  // namespace freshet
