#include "freshet/format/sparse_reader.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/chars.h"
#include "freshet/core/label_map.h"
#include "freshet/format/format.h"
#include "freshet/format/short_number.h"

namespace freshet {
namespace {

constexpr uint32_t kGroup = 32;

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

// What stands at `at`, up to the next blank or the end of the line.
std::string_view token(const char* at, const char* end) noexcept {
  return {at, static_cast<std::size_t>(std::find_if(at, end, is_blank) - at)};
}

}  // namespace

SparseReader::SparseReader(const ReaderOptions& options, Schema& schema) noexcept
    : label_(options.label),
      binary_(options.binary),
      learning_(options.learning),
      schema_(schema) {}

Read SparseReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                        std::span<Bad> bad) noexcept {
  Read done;
  while (out.size() < kBlockExamples && out.feature_count() < kBlockFeatures &&
         done.bad < bad.size() && done.used < window.size()) {
    const char* begin = window.data() + done.used;
    const auto* end = static_cast<const char*>(std::memchr(begin, '\n', window.size() - done.used));
    if (end == nullptr && !last) break;
    const char* stop = end == nullptr ? window.data() + window.size() : end;
    done.used = static_cast<std::size_t>(stop - window.data()) + (end != nullptr);
    if (stop != begin && stop[-1] == '\r') --stop;
    line_begin_ = begin;
    if (stop != begin && !line(begin, stop, out, bad[done.bad])) {
      out.drop();
      ++done.bad;
    }
    ++next_line_;
  }
  return done;
}

bool SparseReader::fail(Bad& bad, Reason reason, const char* why, const char* at,
                        std::string_view found) const noexcept {
  bad = {};
  bad.line = next_line_;
  bad.column = static_cast<uint32_t>(at - line_begin_) + 1;
  bad.reason = reason;
  bad.why = {Code::invalid_argument, why, bad.column};
  bad.found = found;
  return false;
}

bool SparseReader::line(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept {
  for (const char* at = begin; at != end; ++at)
    if (static_cast<unsigned char>(*at) < 0x20 && *at != '\t')
      return fail(bad, Reason::control, "a control byte", at, {});
  const auto* bar =
      static_cast<const char*>(std::memchr(begin, '|', static_cast<std::size_t>(end - begin)));
  if (bar == nullptr)
    return fail(bad, Reason::bar, "expected a label and '|'", begin, token(begin, end));
  out.begin();
  if (!label(begin, bar, out, bad)) return false;
  if (bar + 1 != end && !is_blank(bar[1])) {
    return fail(bad, Reason::namespace_,
                "expected a blank behind '|'; sparse lines have no namespaces", bar + 1,
                token(bar + 1, end));
  }
  if (!features(bar + 1, end, out, bad)) return false;
  out.set_line(next_line_);
  out.finish();
  return true;
}

bool SparseReader::label(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept {
  const char* at = std::find_if_not(begin, end, is_blank);
  if (at == end) return true;
  const std::string_view text = token(at, end);
  const char* behind = std::find_if_not(at + text.size(), end, is_blank);
  if (behind != end)
    return fail(bad, Reason::label, "expected one label before '|'", behind, token(behind, end));
  if (label_ == Target::none) return true;
  if (label_ == Target::number) {
    float value = 0;
    const Parse parse = parse_cell(at, text.size(), &value);
    if (parse == Parse::range)
      return fail(bad, Reason::range, "a number beyond the range of float32", at, text);
    if (parse != Parse::ok) return fail(bad, Reason::label, "expected a number as label", at, text);
    out.add_label(value);
    return true;
  }
  if (!learning_) {
    if (const std::optional<uint32_t> id = find_class(schema_, text))
      out.add_label(static_cast<float>(*id));
    return true;
  }
  const Result<uint32_t> id = add_class(schema_, text, binary_);
  if (!id.ok()) return fail(bad, Reason::label, id.status().text().data(), at, text);
  out.add_label(static_cast<float>(*id));
  return true;
}

bool SparseReader::features(const char* at, const char* end, ExampleBlock& out, Bad& bad) noexcept {
  indices_.clear();
  uint32_t kept = 0;
  bool rises = true;
  while ((at = std::find_if_not(at, end, is_blank)) != end) {
    const std::string_view text = token(at, end);
    uint64_t index = 0;
    const ParseResult number = parse_u64(at, at + text.size(), &index);
    if (number.parse == Parse::none) return fail(bad, Reason::index, "expected an index", at, text);
    if (!number.ok() || index > 0xffffffff) {
      return fail(bad, Reason::index, "an index above 4294967295", at, text);
    }
    const char* colon = number.end;
    if (colon == at + text.size() || *colon != ':') {
      return fail(bad, Reason::number, "expected ':' and a number behind the index", colon,
                  token(colon, end));
    }
    const std::string_view digits = text.substr(static_cast<std::size_t>(colon + 1 - at));
    float value = 0;
    const Parse parse = parse_cell(colon + 1, digits.size(), &value);
    if (parse == Parse::range) {
      return fail(bad, Reason::range, "a number beyond the range of float32", colon + 1, digits);
    }
    if (parse != Parse::ok) {
      const bool ok = fail(bad, Reason::number, "expected a number", colon + 1, digits);
      bad.name = text.substr(0, text.size() - digits.size());
      return ok;
    }
    rises = rises && (indices_.empty() || index > indices_.back());
    indices_.push_back(static_cast<uint32_t>(index));
    if (value == 0) {
      ++zeros_;
    } else {
      out.add_numeric(static_cast<uint32_t>(index), value);
      ++kept;
    }
    at += text.size();
  }
  if (!rises) {
    std::sort(indices_.begin(), indices_.end());
    if (std::adjacent_find(indices_.begin(), indices_.end()) != indices_.end()) {
      return fail(bad, Reason::duplicate, "an index stands twice", line_begin_, {});
    }
  }
  if (kept != 0) out.add_group(kGroup, 0, kept);
  return true;
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
