#include "freshet/ingest/bad_lines.h"

#include "freshet/base/failure.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

constexpr uint64_t kShown = 3;
constexpr uint64_t kHopeless = 100;
constexpr std::size_t kLongestShown = 40;

// Length of the UTF-8 character at the front, 0 if it is none.
std::size_t character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const auto is_tail = [&](std::size_t k) { return (byte(k) & 0xc0) == 0x80; };
  if (byte(0) < 0x80) return byte(0) >= 0x20 && byte(0) != 0x7f ? 1 : 0;
  if ((byte(0) & 0xe0) == 0xc0) return byte(0) >= 0xc2 && is_tail(1) ? 2 : 0;
  if ((byte(0) & 0xf0) == 0xe0) return is_tail(1) && is_tail(2) ? 3 : 0;
  if ((byte(0) & 0xf8) == 0xf0)
    return byte(0) <= 0xf4 && is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  return 0;
}

std::string shown(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kLongestShown) {
    const std::size_t size = character(text.substr(at));
    if (size != 0) {
      out.append(text.substr(at, size));
      at += size;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[at++]);
    out.append({'\\', 'x', kHex[byte >> 4], kHex[byte & 15]});
  }
  if (at < text.size()) out += "...";
  return out;
}

std::string quoted(std::string_view text) {
  return '"' + shown(text) + '"';
}

// A word that the shell takes as it is.
bool is_plain_word(std::string_view word) noexcept {
  if (word.empty() || word.size() > 20) return false;
  for (const char c : word)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' &&
        c != '-' && c != '.' && c != '/') {
      return false;
    }
  return true;
}

// What to do about it, in brackets.
std::string advice(const Bad& bad) {
  if (bad.is_fatal) return {};
  if (bad.reason == Reason::columns && !bad.option.empty()) {
    return bad.found.empty()
               ? " (see " + std::string(bad.option) + ")"
               : " (did you mean " + std::string(bad.option) + " " + shown(bad.found) + "?)";
  }
  if (bad.reason == Reason::label && bad.found == "shared")
    return " (lines of a decision: they are for a learner that decides, such as cb)";
  if (bad.option == "--zero-based") return " (use --zero-based if the first feature is 0)";
  if (bad.option == "--format vw")
    return " (VW text has that: --format vw; or use --on-bad-line skip to leave such lines out)";
  if (bad.option == "--features")
    return " (make --features N larger, or use --on-bad-line skip to leave such lines out)";
  if (bad.option == "--missing" && is_plain_word(bad.found)) {
    return " (use --missing " + std::string(bad.found) + ", or --on-bad-line skip)";
  }
  if (bad.option == "=" && is_plain_word(bad.found)) {  // VW text: a value may be text
    std::string as_name = bad.name.size() < 2 ? std::string("name:") : std::string(bad.name);
    as_name.back() = '=';
    return " (text values can't begin with a digit, a sign or a point; write " + shown(as_name) +
           std::string(bad.found) + ", or use --on-bad-line skip)";
  }
  return " (use --on-bad-line skip to leave such lines out)";
}

}  // namespace

std::string describe(const Bad& bad, std::string_view source) {
  std::string text(source);
  text += ":" + std::to_string(bad.line) + ":" + std::to_string(bad.column) + ": ";
  if (bad.reason == Reason::columns && bad.expected != 0) {
    text += "expected " + std::to_string(bad.expected) + " fields, found " +
            std::to_string(bad.counted);
  } else {
    text += bad.why.text();
    const bool is_about = bad.reason == Reason::columns || bad.reason == Reason::duplicate;
    const bool is_behind = !is_about && bad.name.ends_with(':');  // `price:` of a line format
    if (!bad.name.empty())
      text += (is_about ? ": " : is_behind ? " after " : " for ") + quoted(bad.name);
    if (!bad.found.empty() && bad.reason != Reason::columns)
      text += (is_about ? ": " : ", found ") + quoted(bad.found);
  }
  return text + advice(bad);
}

Status BadLines::take(const Bad& bad, std::string_view source) noexcept {
  ++counts_[static_cast<std::size_t>(bad.reason)];
  ++total_;
  if (!is_skipping_) return failure(Code::invalid_argument, describe(bad, source), bad.column);
  if (total_ <= kShown) notice(Level::warning, "skipped: " + describe(bad, source));
  if (!has_good_ && total_ == kHopeless) {
    return failure(
        Code::invalid_argument,
        std::string(source) +
            ": the first 100 lines are all bad: is it another format? (--format says which)");
  }
  return {};
}

std::string BadLines::summary() const {
  if (total_ == 0) return {};
  std::string text =
      std::to_string(total_) + (total_ == 1 ? " bad line skipped:" : " bad lines skipped:");
  const char* separator = " ";
  for (std::size_t k = 0; k < kReasons; ++k) {
    if (counts_[k] == 0) continue;
    text += separator + std::to_string(counts_[k]) + " " +
            std::string(reason_name(static_cast<Reason>(k)));
    separator = ", ";
  }
  return text;
}

}  // namespace freshet
