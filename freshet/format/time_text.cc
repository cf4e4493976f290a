#include "freshet/format/time_text.h"

namespace freshet {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Takes characters from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : left_(text) {}
  bool take(char c) noexcept {
    if (left_.empty() || left_[0] != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  bool take(int count, int64_t* out) noexcept {
    *out = 0;
    for (int k = 0; k < count; ++k, left_.remove_prefix(1)) {
      if (left_.empty() || !is_digit(left_[0])) return false;
      *out = *out * 10 + (left_[0] - '0');
    }
    return true;
  }
  // Digits of a fraction, in millionths; further ones are dropped. At least one.
  bool fraction(int64_t* out) noexcept {
    *out = 0;
    int count = 0;
    for (; !left_.empty() && is_digit(left_[0]); left_.remove_prefix(1), ++count)
      if (count < 6) *out = *out * 10 + (left_[0] - '0');
    for (int k = count; k < 6; ++k)
      *out *= 10;
    return count > 0;
  }
  bool done() const noexcept { return left_.empty(); }

 private:
  std::string_view left_;
};

// Days from 1970-01-01.  Source: Hinnant, "chrono-compatible low-level date algorithms".
constexpr int64_t days_from_civil(int64_t year, int64_t month, int64_t day) noexcept {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}
static_assert(days_from_civil(1970, 1, 1) == 0 && days_from_civil(2000, 3, 1) == 11017);

constexpr int64_t days_of_month(int64_t year, int64_t month) noexcept {
  if (month == 2) return 28 + (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
  return 30 + (month == 4 || month == 6 || month == 9 || month == 11 ? 0 : 1);
}

// The time of a day and its zone, in microseconds of UTC.
bool clock(Cursor& at, int64_t* us) noexcept {
  int64_t hour = 0, minute = 0, second = 0, millionths = 0, zone_hour = 0, zone_minute = 0;
  if (!at.take(2, &hour) || !at.take(':') || !at.take(2, &minute)) return false;
  if (at.take(':')) {
    if (!at.take(2, &second)) return false;
    if (at.take('.') && !at.fraction(&millionths)) return false;
  }
  // A leap second reads as the next one.
  if (hour > 23 || minute > 59 || second > 60) return false;
  int64_t sign = 0;
  if (!at.take('Z')) sign = at.take('+') ? 1 : at.take('-') ? -1 : 0;
  if (sign != 0) {
    if (!at.take(2, &zone_hour)) return false;
    at.take(':');
    if (!at.take(2, &zone_minute) || zone_hour > 23 || zone_minute > 59) return false;
  }
  const int64_t minutes = hour * 60 + minute - sign * (zone_hour * 60 + zone_minute);
  *us = (minutes * 60 + second) * 1'000'000 + millionths;
  return true;
}

}  // namespace

Parse parse_time_number(std::string_view text, int64_t unit_us, int64_t* time_us) noexcept {
  if (text.size() > 1000) return Parse::none;
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  int64_t whole = 0;
  int digits = 0;
  bool fits = true;
  for (; at < text.size() && is_digit(text[at]); ++at, ++digits)
    fits = fits && !__builtin_mul_overflow(whole, 10, &whole) &&
           !__builtin_add_overflow(whole, text[at] - '0', &whole);
  int64_t part = 0, scale = unit_us;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && is_digit(text[at]); ++at, ++digits)
      if (scale > 1) part += (text[at] - '0') * (scale /= 10);
  }
  if (digits == 0 || at != text.size()) return Parse::none;
  int64_t us = 0;
  if (!fits || __builtin_mul_overflow(whole, unit_us, &us) ||
      __builtin_add_overflow(us, part, &us)) {
    return Parse::range;
  }
  *time_us = negative ? -us : us;
  return Parse::ok;
}

Parse parse_time_iso(std::string_view text, int64_t* time_us) noexcept {
  Cursor at(text);
  int64_t year = 0, month = 0, day = 0, us = 0;
  if (!at.take(4, &year) || !at.take('-') || !at.take(2, &month) || !at.take('-') ||
      !at.take(2, &day)) {
    return Parse::none;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) {
    return Parse::none;
  }
  if (!at.done() && !((at.take('T') || at.take(' ')) && clock(at, &us))) return Parse::none;
  if (!at.done()) return Parse::none;
  *time_us = days_from_civil(year, month, day) * 86'400'000'000 + us;
  return Parse::ok;
}

Parse parse_time(std::string_view text, int64_t unit_us, int64_t* time_us) noexcept {
  const Parse number = parse_time_number(text, unit_us, time_us);
  return number == Parse::none ? parse_time_iso(text, time_us) : number;
}

}  // namespace freshet
