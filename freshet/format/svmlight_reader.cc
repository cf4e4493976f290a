#include "freshet/format/svmlight_reader.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/format/format.h"
#include "freshet/format/token_lines.h"

namespace freshet {

SvmlightReader::SvmlightReader(const ReaderOptions& options, Schema& schema) noexcept
    : labels_(options, schema), features_(options.zero_based ? 0 : 1, options.features) {}

std::unique_ptr<LineReader> SvmlightReader::helper() const noexcept {
  auto reader = std::make_unique<SvmlightReader>(*this);
  reader->labels_.refuse_new();
  return reader;
}

Read SvmlightReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                          std::span<Bad> bad) noexcept {
  const auto take = [&](std::span<const char> text) {
    if (!tokens_.take_flat(text)) return false;
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

// A target, then features. `bar`: the blank behind the target.
bool SvmlightReader::plain_line(const TokenWindow::Line& line, ExampleBlock& out) noexcept {
  if (line.bar == line.begin || line.bar == line.end || tokens_.text()[line.bar] != ' ')
    return false;
  const std::string_view target(tokens_.text() + line.begin, line.bar - line.begin);
  Mistake mistake;
  out.begin();
  if (!labels_.read(target, out, mistake)) return false;
  if (!features_.read_plain(tokens_, line.token, line.tokens_end, out)) return false;
  out.set_line(next_line_);
  out.finish();
  return true;
}

// A line of nothing but blanks and a comment is no example.
bool SvmlightReader::line(Line line, ExampleBlock& out, Mistake& mistake) noexcept {
  if (const char* control = find_control(line))
    return mistake.set(Reason::control, "a control byte", control);
  const char* end = std::find(line.begin, line.end, '#');
  const char* at = skip_blanks(line.begin, end);
  if (at == end) return true;
  out.begin();
  const std::string_view target = word_at(at, end);
  if (target.find(':') != std::string_view::npos)
    return mistake.set(Reason::label, "expected a target before the features", at, target);
  if (!labels_.read(target, out, mistake)) return false;
  at = skip_blanks(at + target.size(), end);
  constexpr std::string_view kQuery = "qid:";
  if (const std::string_view word = word_at(at, end); word.starts_with(kQuery)) {
    uint64_t query = 0;
    if (!parse_all(word.substr(kQuery.size()), &query))
      return mistake.set(Reason::number, "expected a whole number below 2^64", at + kQuery.size(),
                         word.substr(kQuery.size()), kQuery);
    out.set_query(query);
    at += word.size();
  }
  if (!features_.read(at, end, out, mistake)) return false;
  out.set_line(next_line_);
  out.finish();
  return true;
}

namespace {

constexpr std::string_view kSvmlightEndings[] = {".svm", ".svmlight", ".libsvm"};

// number [qid:int] int:number ...
bool looks_like_svmlight(std::string_view line) noexcept {
  line = line.substr(0, line.find('#'));
  const char *at = line.data(), *end = at + line.size();
  at = skip_blanks(at, end);
  float target = 0;
  const std::string_view first = word_at(at, end);
  if (!parse_all(first, &target)) return false;
  at = skip_blanks(at + first.size(), end);
  if (word_at(at, end).starts_with("qid:")) return true;
  uint64_t index = 0;
  const ParseResult number = parse_u64(at, end, &index);
  return number.ok() && number.end != end && *number.end == ':';
}

Result<std::unique_ptr<LineReader>> make_svmlight(const ReaderOptions& options,
                                                  Schema& schema) noexcept {
  return std::unique_ptr<LineReader>(new SvmlightReader(options, schema));
}

}  // namespace

extern const Format svmlight_format;
constinit const Format svmlight_format{
    "svmlight",
    "svmlight, libsvm: target index:value index:value ...; what isn't there is 0.",
    "line := target [qid:n] { blank index ':' number } ['#' comment]; index 1 .. 4294967295",
    kSvmlightEndings,
    &looks_like_svmlight,
    &make_svmlight};

}  // namespace freshet
