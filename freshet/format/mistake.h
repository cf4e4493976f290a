#pragma once
/// What is wrong with a line, as a line format finds it; becomes a Bad once the line is known.

#include <string_view>

#include "freshet/format/line_reader.h"

namespace freshet {

struct Mistake {
  Reason reason = Reason::number;
  const char* why = "";                                 // "expected a number"; static text
  const char* at = nullptr;                             // in the line
  std::string_view found = {}, name = {}, option = {};  // as in Bad

  /// Fills it and answers false, so that a parser can return it.
  bool set(Reason what, const char* text, const char* where, std::string_view there = {},
           std::string_view about = {}) noexcept {
    reason = what;
    why = text;
    at = where;
    found = there;
    name = about;
    return false;
  }

  /// line: its number and its first byte.
  Bad bad(uint64_t line, const char* begin) const noexcept {
    Bad bad;
    bad.line = line;
    bad.column = static_cast<uint32_t>(at - begin) + 1;
    bad.reason = reason;
    bad.why = {Code::invalid_argument, why, bad.column};
    bad.found = found;
    bad.name = name;
    bad.option = option;
    return bad;
  }
};

}  // namespace freshet
