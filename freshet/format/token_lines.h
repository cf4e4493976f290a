#pragma once
/// The loop that the readers of line text share: pieces of a window are taken apart into tokens; lines
/// that are plain are read from those, all others byte by byte with care.

#include "freshet/format/line_cut.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/token_window.h"

namespace freshet {

inline bool has_room(const ExampleBlock& out, const Read& done, std::span<Bad> bad) noexcept {
  return out.size() < LineReader::kBlockExamples &&
         out.feature_count() < LineReader::kBlockFeatures && done.bad < bad.size();
}

/// take(text): TokenWindow::take_..., and what is done with all of its tokens; false: with care.
/// plain(TokenWindow::Line, out): false: needs care; what it added is dropped.
/// careful(Line, out, Bad&): false: a bad line, and nothing was added.
template <class Take, class Plain, class Careful>
inline Read read_token_lines(TokenWindow& tokens, std::span<const char> window, bool last,
                             ExampleBlock& out, std::span<Bad> bad, Take take, Plain plain,
                             Careful careful) noexcept {
  Read done;
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
          const Line line{lines.data() + now.begin, lines.data() + now.end};
          done.bad += !careful(line, out, bad[done.bad]);
        }
        used = now.next;
      }
    } else {  // odd bytes, or a last line without LF
      Line now{};
      while (has_room(out, done, bad) && cut_line(lines, true, used, now))
        done.bad += !careful(now, out, bad[done.bad]);
    }
    done.used += used;
  }
  return done;
}

}  // namespace freshet
