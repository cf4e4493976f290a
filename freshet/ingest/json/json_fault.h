#pragma once
/// Where a JSON text is wrong: the slow, exact twin of the parser, asked only about lines that the
/// parser has refused, because the parser doesn't know the place.

#include <cstddef>
#include <string_view>

#include "freshet/format/line_reader.h"

namespace freshet {

/// Containers within containers that are read; one more is an error.
inline constexpr int kMaxJsonDepth = 64;

struct JsonFault {
  std::size_t at = 0;  // of the first byte that is wrong
  Reason reason = Reason::json;
  const char* why = nullptr;  // "expected ':'"; null: nothing is wrong
};

/// RFC 8259, strictly: one object and nothing behind it, strings of valid UTF-8 without control
/// bytes or halves of surrogate pairs, numbers as JSON has them. Repeated members are not looked at.
JsonFault find_json_fault(std::string_view text) noexcept;

/// The text is one number of JSON, whatever its size.
bool is_json_number(std::string_view text) noexcept;

/// Offset of the first byte that isn't part of a UTF-8 character; text.size(): there is none.
std::size_t find_bad_utf8(std::string_view text) noexcept;

}  // namespace freshet
