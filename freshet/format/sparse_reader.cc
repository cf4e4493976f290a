#include "freshet/format/sparse_reader.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/format/format.h"

namespace freshet {

SparseReader::SparseReader(const ReaderOptions& options, Schema& schema) noexcept
    : labels_(options, schema) {}

Read SparseReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                        std::span<Bad> bad) noexcept {
  Read done;
  Line now{};
  while (out.size() < kBlockExamples && out.feature_count() < kBlockFeatures &&
         done.bad < bad.size() && cut_line(window, last, done.used, now)) {
    Mistake mistake;
    if (skip_blanks(now.begin, now.end) != now.end && !line(now, out, mistake)) {
      out.drop();
      bad[done.bad++] = mistake.bad(next_line_, now.begin);
    }
    ++next_line_;
  }
  return done;
}

bool SparseReader::line(Line line, ExampleBlock& out, Mistake& mistake) noexcept {
  if (const char* control = find_control(line))
    return mistake.set(Reason::control, "a control byte", control);
  const char* bar = std::find(line.begin, line.end, '|');
  if (bar == line.end)
    return mistake.set(Reason::bar, "expected a label and '|'", line.begin,
                       word_at(line.begin, line.end));
  out.begin();
  if (!label(line.begin, bar, out, mistake)) return false;
  if (bar + 1 != line.end && !is_blank(bar[1])) {
    return mistake.set(Reason::namespace_,
                       "expected a blank behind '|'; sparse lines have no namespaces", bar + 1,
                       word_at(bar + 1, line.end));
  }
  if (!features_.read(bar + 1, line.end, true, out, mistake)) return false;
  out.set_line(next_line_);
  out.finish();
  return true;
}

bool SparseReader::label(const char* begin, const char* bar, ExampleBlock& out,
                         Mistake& mistake) noexcept {
  const char* at = skip_blanks(begin, bar);
  if (at == bar) return true;
  const std::string_view word = word_at(at, bar);
  const char* behind = skip_blanks(at + word.size(), bar);
  if (behind != bar)
    return mistake.set(Reason::label, "expected one label before '|'", behind,
                       word_at(behind, bar));
  return labels_.read(word, out, mistake);
}

namespace {

// [number] '|' blank int ':' number ...
bool looks_sparse(std::string_view line) noexcept {
  const std::size_t bar = line.find('|');
  if (bar == std::string_view::npos) return false;
  std::size_t begin = line.find_first_not_of(" \t", bar + 1);
  if (begin == std::string_view::npos || begin == bar + 1) return false;
  const std::string_view first = line.substr(begin, line.find_first_of(" \t", begin) - begin);
  uint64_t index = 0;
  const ParseResult number = parse_u64(first.data(), first.data() + first.size(), &index);
  return number.ok() && number.end != first.data() + first.size() && *number.end == ':';
}

Result<std::unique_ptr<LineReader>> make_sparse(const ReaderOptions& options,
                                                Schema& schema) noexcept {
  return std::unique_ptr<LineReader>(new SparseReader(options, schema));
}

}  // namespace

extern const Format sparse_format;
constinit const Format sparse_format{
    "sparse",
    "Numbered features: label | index:value index:value ...; what isn't there is 0.",
    "line := [label] '|' { blank index ':' number }; index 0 .. 4294967295",
    {},
    &looks_sparse,
    &make_sparse};

}  // namespace freshet
