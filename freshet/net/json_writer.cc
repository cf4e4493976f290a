#include "freshet/net/json_writer.h"

#include "freshet/net/utf8.h"

namespace freshet {
namespace {

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
}

}  // namespace

bool append_json_string(std::string& out, std::string_view text) {
  bool is_utf8 = true;
  const char* const end = text.data() + text.size();
  const char* from = text.data();
  const char* at = from;
  out += '"';
  const auto flush = [&] { out.append(from, static_cast<std::size_t>(at - from)); };
  while (at != end) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    const std::size_t length = utf8_length(at, end);
    if (length > 1) {
      at += length;
      continue;
    }
    flush();
    if (length == 1) {
      append_escaped(out, *at);
    } else {
      is_utf8 = false;
      out += "\xef\xbf\xbd";
    }
    from = ++at;
  }
  flush();
  out += '"';
  return is_utf8;
}

}  // namespace freshet
