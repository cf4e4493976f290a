#include "freshet/cli/json_text.h"

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"

namespace freshet {
namespace {

// Bytes of the UTF-8 character at the front, 0: none. Shortest forms only, no surrogates.
std::size_t character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t k) -> unsigned {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  const auto tail = [&](std::size_t k) { return (byte(k) & 0xc0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool shortest = first != 0xe0 || second >= 0xa0, plain = first != 0xed || second < 0xa0;
    return tail(1) && tail(2) && shortest && plain ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool shortest = first != 0xf0 || second >= 0x90,
               in_range = first != 0xf4 || second < 0x90;
    return tail(1) && tail(2) && tail(3) && shortest && in_range ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string json_string(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = character(text);
    const char c = text[0];
    if (size == 0)
      out += "\xef\xbf\xbd";
    else if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (static_cast<unsigned char>(c) < 0x20)
      out.append({'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]});
    else
      out.append(text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + '"';
}

std::string json_number(double value) {
  return is_finite(value) ? std::string(Digits(value).text()) : "null";
}

JsonText& JsonText::open(char c) {
  if (needs_comma_) out_ += ',';
  out_ += c;
  needs_comma_ = false;
  return *this;
}

JsonText& JsonText::close(char c) {
  out_ += c;
  needs_comma_ = true;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  if (needs_comma_) out_ += ',';
  out_ += json_string(name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonText& JsonText::raw(std::string_view value) {
  if (needs_comma_) out_ += ',';
  out_.append(value);
  needs_comma_ = true;
  return *this;
}

}  // namespace freshet
