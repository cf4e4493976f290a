#include "freshet/format/sparse_reader.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/format/format.h"
#include "freshet/format/token_lines.h"

namespace freshet {
namespace {

// Text is taken for sparse lines by its first one; what VW text has beyond them comes later.
constexpr std::string_view kMayBeVw = "--format vw";

}  // namespace

SparseReader::SparseReader(const ReaderOptions& options, Schema& schema) noexcept
    : labels_(options, schema), features_(0, options.features) {}

std::unique_ptr<LineReader> SparseReader::helper() const noexcept {
  auto reader = std::make_unique<SparseReader>(*this);
  reader->labels_.refuse_new();
  return reader;
}

Read SparseReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                        std::span<Bad> bad) noexcept {
  const auto take = [&](std::span<const char> text) {
    if (!tokens_.take_sections(text)) return false;
    tokens_.read_values();
    return true;
  };
  const auto plain = [&](const TokenWindow::Line& now, ExampleBlock& block) {
    return plain_line(now, block);
  };
  const auto careful = [&](Line now, ExampleBlock& block, Mistake& mistake) {
    return line(now, block, mistake);
  };
  return read_token_lines(tokens_, window, last, out, bad, next_line_, take, plain, careful);
}

bool SparseReader::plain_line(const TokenWindow::Line& line, ExampleBlock& out) noexcept {
  if (line.sections_end != line.section + 1) return false;
  if (tokens_.sections()[line.section].name_size != 0) return false;
  const char* text = tokens_.text();
  Mistake mistake;
  out.begin();
  if (!label(text + line.begin, text + line.bar, out, mistake)) return false;
  if (!features_.read_plain(tokens_, line.token, line.tokens_end, out)) return false;
  out.set_line(next_line_);
  out.finish();
  return true;
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
    mistake.option = kMayBeVw;
    return mistake.set(Reason::namespace_,
                       "expected a blank behind '|'; sparse lines have no namespaces", bar + 1,
                       word_at(bar + 1, line.end));
  }
  if (!features_.read(bar + 1, line.end, out, mistake)) {
    const bool has_digit =
        !mistake.found.empty() && (mistake.found[0] >= '0' && mistake.found[0] <= '9');
    const bool is_name = mistake.reason == Reason::index && !has_digit;
    const bool lacks_value = mistake.reason == Reason::number && mistake.name.empty();
    if (is_name || lacks_value) mistake.option = kMayBeVw;
    return false;
  }
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
  if (behind != bar) {
    mistake.option = kMayBeVw;
    return mistake.set(Reason::label, "expected one label before '|'", behind,
                       word_at(behind, bar));
  }
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
