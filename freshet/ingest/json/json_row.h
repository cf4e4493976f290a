#pragma once
/// One row of JSON lines: what its members hold, and where it is wrong.

#include <cstdint>
#include <string_view>
#include <vector>

#include "freshet/format/line_cut.h"
#include "freshet/format/line_reader.h"
#include "freshet/ingest/json/json_members.h"

namespace freshet {

struct JsonRow {
  enum class What : uint8_t { number, boolean, text };
  /// What one member holds; null is left out.
  struct Held {
    JsonMember* member;
    What what;
    float value;            // number, boolean
    std::string_view text;  // the text, unescaped, or the number as written
    const char* at;         // where it stands
  };

  Line text;        // borrowed: 64 readable bytes behind it
  uint64_t number;  // of the line
  Bad* bad;         // where fail() says why
  bool is_bad = false;
  std::vector<Held> held{};

  /// Begins another row; what was held goes, its room stays.
  void begin(Line line, uint64_t line_number, Bad& to) noexcept {
    text = line;
    number = line_number;
    bad = &to;
    is_bad = false;
    held.clear();
  }

  /// Answers false, so that who reads can return it. The views are borrowed like the row's text.
  bool fail(Reason reason, const char* why, const char* at, std::string_view name = {},
            std::string_view found = {}) noexcept {
    is_bad = true;
    *bad = {};
    bad->line = number;
    bad->column = static_cast<uint32_t>(at - text.begin) + 1;
    bad->reason = reason;
    bad->why = {Code::invalid_argument, why, bad->column};
    bad->name = name;
    bad->found = found;
    return false;
  }
};

}  // namespace freshet
