#include "freshet/net/json_reader.h"

#include <algorithm>
#include <limits>

#include "freshet/base/chars.h"
#include "freshet/net/utf8.h"

namespace freshet {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Characters of a string that need a second look: quote, backslash, control, and the first byte of
// anything beyond ASCII.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 256; ++c)
    special[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
  return special;
}
constexpr std::array<bool, 256> kSpecial = make_special();

// Four hexadecimal digits; -1 if they aren't.
int32_t hex4(const char* at, const char* end) noexcept {
  if (end - at < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = is_digit(c)            ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

char* put_utf8(char* to, uint32_t code) noexcept {
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *to++ = static_cast<char>(0xc0 | (code >> 6));
    *to++ = static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *to++ = static_cast<char>(0xe0 | (code >> 12));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *to++ = static_cast<char>(0x80 | (code & 0x3f));
  } else {
    *to++ = static_cast<char>(0xf0 | (code >> 18));
    *to++ = static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *to++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *to++ = static_cast<char>(0x80 | (code & 0x3f));
  }
  return to;
}

// What a single-character escape stands for; 0 if there is none.
char plain_escape(char c) noexcept {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// The code point of \uXXXX at `at` (behind the u), a surrogate pair as one; moves `at` on. -1: not
// one.
int32_t unicode_escape(const char*& at, const char* end) noexcept {
  const int32_t high = hex4(at, end);
  if (high < 0 || (high >= 0xdc00 && high <= 0xdfff)) return -1;
  at += 4;
  if (high < 0xd800 || high > 0xdbff) return high;
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  const int32_t low = hex4(at + 2, end);
  if (low < 0xdc00 || low > 0xdfff) return -1;
  at += 6;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

constexpr std::string_view kKindNames[] = {"an object",     "an array", "a string",      "a number",
                                           "true or false", "null",     "something else"};

}  // namespace

JsonReader::JsonReader(std::string_view text, std::pmr::memory_resource* memory) noexcept
    : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), memory_(memory) {}

JsonReader::Kind JsonReader::kind() noexcept {
  if (failed()) return Kind::bad;
  skip_blanks();
  if (at_ == end_) return Kind::bad;
  switch (*at_) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return is_digit(*at_) || *at_ == '-' ? Kind::number : Kind::bad;
  }
}

bool JsonReader::push(bool is_object) noexcept {
  if (depth_ == kMaxDepth) return fail("nested deeper than 64");
  frames_[depth_++] = {.is_object = is_object,
                       .is_first = true,
                       .key = {nullptr, 0},
                       .index = 0,
                       .names_before = names_};
  ++at_;
  return true;
}

bool JsonReader::close(char bracket) noexcept {
  if (at_ == end_ || *at_ != bracket) return false;
  ++at_;
  names_ = frames_[--depth_].names_before;
  if (!more_names_.empty()) {
    more_names_.resize(names_ > few_names_.size() ? names_ - few_names_.size() : 0);
  }
  return true;
}

bool JsonReader::begin_object() noexcept {
  if (kind() != Kind::object) return expected("an object");
  return push(true);
}

bool JsonReader::begin_array() noexcept {
  if (kind() != Kind::array) return expected("an array");
  return push(false);
}

bool JsonReader::next_key(std::string_view& key) noexcept {
  if (failed()) return false;
  Frame& frame = frames_[depth_ - 1];
  skip_blanks();
  if (!frame.is_first || (at_ != end_ && *at_ == '}')) {
    if (close('}')) return false;
    if (at_ == end_ || *at_ != ',') return fail_at(at_, "expected , or } here");
    ++at_;
    skip_blanks();
  }
  frame.is_first = false;
  frame.key = {nullptr, 0};
  if (at_ == end_ || *at_ != '"') return fail_at(at_, "expected a member's name here");
  if (!scan_string(key, true)) return false;
  if (is_repeated(key)) {
    return fail("\"" + std::string(key.substr(0, 64)) + "\" is there twice; leave one out");
  }
  skip_blanks();
  if (at_ == end_ || *at_ != ':') return fail_at(at_, "expected : here");
  ++at_;
  frame.key = {key.data(), key.size()};
  return true;
}

bool JsonReader::is_repeated(std::string_view key) noexcept {
  const std::size_t first = frames_[depth_ - 1].names_before;
  if (names_ - first >= kMaxMembers) return fail("over 256 members in one object");
  const auto name = [&](std::size_t i) {
    return i < few_names_.size() ? few_names_[i].view() : more_names_[i - few_names_.size()].view();
  };
  for (std::size_t i = first; i < names_; ++i) {
    if (name(i) == key) return true;
  }
  if (names_ < few_names_.size()) {
    few_names_[names_] = {key.data(), key.size()};
  } else {
    more_names_.push_back({key.data(), key.size()});
  }
  ++names_;
  return false;
}

bool JsonReader::next_element() noexcept {
  if (failed()) return false;
  Frame& frame = frames_[depth_ - 1];
  skip_blanks();
  if (frame.is_first) {
    if (close(']')) return false;
    frame.is_first = false;
    return true;
  }
  if (close(']')) return false;
  if (at_ == end_ || *at_ != ',') return fail_at(at_, "expected , or ] here");
  ++at_;
  ++frame.index;
  skip_blanks();
  if (at_ != end_ && *at_ == ']') return fail_at(at_, "expected a value behind the comma");
  return true;
}

bool JsonReader::read_string(std::string_view& value) noexcept {
  if (kind() != Kind::string) return expected("a string");
  return scan_string(value, true);
}

bool JsonReader::scan_string(std::string_view& value, bool keep) noexcept {
  const char* const from = ++at_;
  bool has_escape = false;
  while (true) {
    while (at_ != end_ && !kSpecial[static_cast<unsigned char>(*at_)])
      ++at_;
    if (at_ == end_) return fail_at(from - 1, "this string does not end");
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') break;
    if (c < 0x20) return fail_at(at_, "a control character in a string; write it as an escape");
    if (c == '\\') {
      has_escape = true;
      if (end_ - at_ < 2) return fail_at(from - 1, "this string does not end");
      const char* escape = at_ + 2;
      const bool good =
          at_[1] == 'u' ? unicode_escape(escape, end_) >= 0 : plain_escape(at_[1]) != 0;
      if (!good) return fail_at(at_, "no such escape");
      at_ = escape;
      continue;
    }
    const std::size_t length = utf8_length(at_, end_);
    if (length == 0) return fail_at(at_, "not UTF-8");
    at_ += length;
  }
  const char* const to = at_++;
  if (!keep) return true;
  if (has_escape) return unescape(from, to, value);
  value = {from, static_cast<std::size_t>(to - from)};
  return true;
}

// REQUIRES: the escapes are good. The result is never longer than the text.
bool JsonReader::unescape(const char* from, const char* to, std::string_view& value) noexcept {
  char* const begin = static_cast<char*>(memory_->allocate(static_cast<std::size_t>(to - from), 1));
  char* out = begin;
  while (from != to) {
    if (*from != '\\') {
      *out++ = *from++;
      continue;
    }
    const char kind = from[1];
    from += 2;
    if (kind == 'u') {
      out = put_utf8(out, static_cast<uint32_t>(unicode_escape(from, to)));
    } else {
      *out++ = plain_escape(kind);
    }
  }
  value = {begin, static_cast<std::size_t>(out - begin)};
  return true;
}

bool JsonReader::read_bool(bool& value) noexcept {
  if (kind() != Kind::boolean) return expected("true or false");
  value = *at_ == 't';
  return skip_scalar();
}

bool JsonReader::take_null() noexcept {
  return kind() == Kind::null && skip_scalar();
}

bool JsonReader::scan_number(const char*& end, bool& is_integer) noexcept {
  const char* at = at_;
  const auto digits = [&] {
    const char* const from = at;
    while (at != end_ && is_digit(*at))
      ++at;
    return at != from;
  };
  is_integer = true;
  if (*at == '-') ++at;
  if (at == end_ || !is_digit(*at)) return fail_at(at_, "not a number");
  if (*at == '0') {
    ++at;
  } else {
    digits();
  }
  if (at != end_ && *at == '.') {
    is_integer = false;
    ++at;
    if (!digits()) return fail_at(at_, "not a number: digits are missing behind the point");
  }
  if (at != end_ && (*at == 'e' || *at == 'E')) {
    is_integer = false;
    ++at;
    if (at != end_ && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return fail_at(at_, "not a number: digits are missing in the exponent");
  }
  // 012, 1x: what follows would be reported as a missing comma, far less clearly.
  if (at != end_ && (is_digit(*at) || *at == '.' || (*at >= 'a' && *at <= 'z')))
    return fail_at(at_, "not a number");
  end = at;
  return true;
}

bool JsonReader::read_number(std::string_view& text, bool& is_integer) noexcept {
  if (kind() != Kind::number) return expected("a number");
  const char* end = at_;
  if (!scan_number(end, is_integer)) return false;
  text = {at_, static_cast<std::size_t>(end - at_)};
  at_ = end;
  return true;
}

bool JsonReader::read_float(float& value) noexcept {
  std::string_view text;
  bool is_integer = false;
  if (!read_number(text, is_integer)) return false;
  if (parse_all(text, &value)) return true;
  return fail(std::string(text.substr(0, 40)) + " does not fit FP32");
}

bool JsonReader::read_double(double& value) noexcept {
  std::string_view text;
  bool is_integer = false;
  if (!read_number(text, is_integer)) return false;
  if (parse_all(text, &value)) return true;
  return fail(std::string(text.substr(0, 40)) + " does not fit FP64");
}

bool JsonReader::read_i64(int64_t& value, int64_t low, int64_t high) noexcept {
  std::string_view text;
  bool is_integer = false;
  if (!read_number(text, is_integer)) return false;
  if (is_integer && parse_all(text, &value) && value >= low && value <= high) return true;
  return fail("expected an integer from " + std::string(Digits(low).text()) + " to " +
              std::string(Digits(high).text()) + ", found " + std::string(text.substr(0, 40)));
}

bool JsonReader::read_u64(uint64_t& value, uint64_t high) noexcept {
  std::string_view text;
  bool is_integer = false;
  if (!read_number(text, is_integer)) return false;
  if (text == "-0") text = "0";
  if (is_integer && parse_all(text, &value) && value <= high) return true;
  return fail("expected an integer from 0 to " + std::string(Digits(high).text()) + ", found " +
              std::string(text.substr(0, 40)));
}

// Strings, numbers, true, false, null.
bool JsonReader::skip_scalar() noexcept {
  const auto word = [&](std::string_view wanted) {
    if (std::string_view(at_, left()).substr(0, wanted.size()) != wanted)
      return fail_at(at_, "not a value of JSON");
    at_ += wanted.size();
    return true;
  };
  std::string_view text;
  bool is_integer = false;
  switch (kind()) {
    case Kind::string:
      return scan_string(text, false);
    case Kind::number:
      return read_number(text, is_integer);
    case Kind::boolean:
      return word(*at_ == 't' ? "true" : "false");
    case Kind::null:
      return word("null");
    default:
      return expected("a value");
  }
}

bool JsonReader::skip_value() noexcept {
  const std::size_t floor = depth_;
  do {
    const Kind next = kind();
    if (next == Kind::object || next == Kind::array) {
      if (!push(next == Kind::object)) return false;
    } else if (!skip_scalar()) {
      return false;
    }
    // Close all that ends here, then move to the next value.
    while (depth_ > floor) {
      Frame& frame = frames_[depth_ - 1];
      if (!frame.is_object) {
        if (next_element()) break;
      } else {
        skip_blanks();
        if (!frame.is_first || (at_ != end_ && *at_ == '}')) {
          if (close('}')) continue;
          if (at_ == end_ || *at_ != ',') return fail_at(at_, "expected , or } here");
          ++at_;
          skip_blanks();
        }
        frame.is_first = false;
        std::string_view ignored;
        if (at_ == end_ || *at_ != '"') return fail_at(at_, "expected a member's name here");
        if (!scan_string(ignored, false)) return false;
        skip_blanks();
        if (at_ == end_ || *at_ != ':') return fail_at(at_, "expected : here");
        ++at_;
        break;
      }
      if (failed()) return false;
    }
  } while (depth_ > floor);
  return true;
}

bool JsonReader::raw_value(std::string_view& text) noexcept {
  if (!failed()) skip_blanks();
  const char* const from = at_;
  if (!skip_value()) return false;
  text = {from, static_cast<std::size_t>(at_ - from)};
  return true;
}

bool JsonReader::finish() noexcept {
  if (failed()) return false;
  skip_blanks();
  return at_ == end_ || fail_at(at_, "more behind the end of the JSON value");
}

std::string JsonReader::place() const {
  std::string text;
  for (std::size_t i = 0; i < depth_; ++i) {
    const Frame& frame = frames_[i];
    if (!frame.is_object) {
      text.append("[").append(Digits(frame.index).text()).append("]");
    } else if (frame.key.data != nullptr) {
      if (!text.empty()) text.append(".");
      text.append(frame.key.view().substr(0, 64));
    }
  }
  return text.empty() ? "body" : text;
}

bool JsonReader::fail(std::string_view what) noexcept {
  if (!failed()) error_.assign(place()).append(": ").append(what);
  return false;
}

bool JsonReader::fail_at(const char* where, std::string_view what) noexcept {
  if (!failed()) {
    fail(what);
    error_.append(" (byte ")
        .append(Digits(static_cast<uint64_t>(where - begin_)).text())
        .append(")");
  }
  return false;
}

std::string JsonReader::found() noexcept {
  const Kind next = kind();
  if (next == Kind::bad || next == Kind::number || next == Kind::boolean) {
    if (at_ == end_) return "the end of the body";
    const std::string_view rest(at_, left());
    std::string word(rest.substr(0, std::min<std::size_t>(rest.find_first_of(" \t\r\n,:]}"), 24)));
    for (char& c : word)
      c = c >= 0x20 && c < 0x7f ? c : '?';
    return word.empty() ? std::string(1, *at_) : word;
  }
  if (next != Kind::string) return std::string(kKindNames[static_cast<std::size_t>(next)]);
  const Mark here = mark();
  std::string_view value;
  if (!scan_string(value, true)) return "a broken string";
  at_ = here.at;
  std::string text = "\"";
  for (const char c : value.substr(0, 24))
    text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  while (value.size() > 24 && text.size() > 1 &&
         (static_cast<unsigned char>(text.back()) & 0x80) != 0)
    text.pop_back();
  return text + (value.size() > 24 ? "...\"" : "\"");
}

bool JsonReader::expected(std::string_view what) noexcept {
  if (failed()) return false;
  const std::string there = found();
  return fail("expected " + std::string(what) + ", found " + there);
}

JsonReader::Mark JsonReader::mark() const noexcept {
  Mark mark{.at = at_, .depth = depth_, .key = {}, .index = 0};
  if (depth_ > 0) {
    mark.key = frames_[depth_ - 1].key.view();
    mark.index = frames_[depth_ - 1].index;
  }
  return mark;
}

void JsonReader::go_to(const Mark& mark) noexcept {
  at_ = mark.at;
  depth_ = mark.depth;
  if (depth_ == 0) return;
  frames_[depth_ - 1].key = {mark.key.data(), mark.key.size()};
  frames_[depth_ - 1].index = mark.index;
}

}  // namespace freshet
