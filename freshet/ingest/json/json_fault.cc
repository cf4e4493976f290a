#include "freshet/ingest/json/json_fault.h"

#include <cstdint>

namespace freshet {
namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Behind the number at the front; 0: there is none.
std::size_t number_size(std::string_view text) noexcept {
  std::size_t at = 0;
  const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  const auto digits = [&] {
    const std::size_t begin = at;
    while (is_digit(peek()))
      ++at;
    return at != begin;
  };
  if (peek() == '-') ++at;
  if (peek() == '0') {
    ++at;
  } else if (!digits()) {
    return 0;
  }
  if (peek() == '.') {
    ++at;
    if (!digits()) return 0;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at;
    if (peek() == '+' || peek() == '-') ++at;
    if (!digits()) return 0;
  }
  return at;
}

class Checker {
 public:
  explicit Checker(std::string_view text) noexcept : text_(text) {}

  JsonFault run() noexcept {
    blanks();
    if (peek() != '{') return {at_, Reason::json, "expected an object, '{'"};
    if (!value(0)) return fault_;
    blanks();
    if (at_ != text_.size()) fail("text behind the object");
    return fault_;
  }

 private:
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) noexcept {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void blanks() noexcept {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }
  bool fail(const char* why) noexcept {
    fault_ = {at_, Reason::json, at_ == text_.size() ? "the line ends within a value" : why};
    return false;
  }

  bool value(int depth) noexcept {
    switch (peek()) {
      case '{':
      case '[':
        if (depth == kMaxJsonDepth) return fail("more than 64 values within each other");
        return container(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool container(int depth) noexcept {
    const bool is_object = text_[at_++] == '{';
    const char end = is_object ? '}' : ']';
    blanks();
    if (take(end)) return true;
    while (true) {
      blanks();
      if (is_object) {
        if (peek() != '"') return fail("expected a member's name in quotes");
        if (!string()) return false;
        blanks();
        if (!take(':')) return fail("expected ':'");
        blanks();
      }
      if (!value(depth)) return false;
      blanks();
      if (take(end)) return true;
      if (!take(',')) return fail(is_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
  }

  bool word(std::string_view expected) noexcept {
    if (text_.substr(at_, expected.size()) != expected)
      return fail("expected a value: a number, text in quotes, true, false, null, '[' or '{'");
    at_ += expected.size();
    return true;
  }

  bool number() noexcept {
    const std::size_t size = number_size(text_.substr(at_));
    if (size == 0)
      return fail("expected a value: a number, text in quotes, true, false, null, '[' or '{'");
    at_ += size;
    return true;
  }

  bool string() noexcept {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return fail("a control byte in a text");
      if (text_[at_] != '\\') {
        ++at_;
      } else if (!escape()) {
        return false;
      }
    }
    if (take('"')) return true;
    at_ = begin;
    return fail("a text without a closing quote");
  }

  bool escape() noexcept {
    const std::size_t begin = at_++;
    if (!take('u')) {
      if (at_ != text_.size() &&
          std::string_view("\"\\/bfnrt").find(text_[at_]) != std::string_view::npos) {
        ++at_;
        return true;
      }
      at_ = begin;
      return fail("an escape that JSON doesn't know");
    }
    const int32_t first = unit();
    const bool is_high = first >= 0xd800 && first < 0xdc00;
    if (first >= 0 && (first < 0xd800 || first > 0xdfff)) return true;
    if (is_high && take('\\') && take('u')) {
      const int32_t second = unit();
      if (second >= 0xdc00 && second <= 0xdfff) return true;
    }
    at_ = begin;
    return fail(first < 0 ? "an escape that JSON doesn't know" : "half of a surrogate pair");
  }
  // Four hexadecimal digits; -1: there are none.
  int32_t unit() noexcept {
    int32_t code = 0;
    for (int k = 0; k < 4; ++k) {
      const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
      if (digit < 0) return -1;
      code = code * 16 + digit;
      ++at_;
    }
    return code;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  JsonFault fault_;
};

}  // namespace

bool is_json_number(std::string_view text) noexcept {
  return !text.empty() && number_size(text) == text.size();
}

std::size_t find_bad_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const unsigned first = byte(at), second = byte(at + 1);
    std::size_t size = 1;
    if (first >= 0x80) {
      size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      if (first < 0xc2 || first > 0xf4) return at;
      for (std::size_t k = 1; k < size; ++k)
        if ((byte(at + k) & 0xc0) != 0x80) return at;
      const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
      const bool is_surrogate = first == 0xed && second > 0x9f;
      if (is_overlong || is_surrogate || (first == 0xf4 && second > 0x8f)) return at;
    }
    at += size;
  }
  return at;
}

JsonFault find_json_fault(std::string_view text) noexcept {
  const std::size_t at = find_bad_utf8(text);
  if (at != text.size()) return {at, Reason::utf8, "bytes that are no UTF-8"};
  return Checker(text).run();
}

}  // namespace freshet
