#pragma once
/// Event times in text, exact: a decimal number of seconds, milliseconds or microseconds, or ISO
/// 8601.

#include <cstdint>
#include <string_view>

#include "freshet/base/chars.h"

namespace freshet {

/// [+-]? (D+ [. D*] | . D+) in units of `unit_us`; what is finer than a microsecond is cut off.
/// `range`: over 292,000 years.
Parse parse_time_number(std::string_view text, int64_t unit_us, int64_t* time_us) noexcept;

/// YYYY-MM-DD, or with (T or a blank) HH:MM[:SS[.fraction]][Z | +HH:MM | -HHMM]; without a zone it is
/// UTC.  Years 0001 to 9999 of the Gregorian calendar.
Parse parse_time_iso(std::string_view text, int64_t* time_us) noexcept;

/// Either of them.
Parse parse_time(std::string_view text, int64_t unit_us, int64_t* time_us) noexcept;

}  // namespace freshet
