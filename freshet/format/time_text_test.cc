#include "freshet/format/time_text.h"

#include <doctest/doctest.h>

namespace freshet {
namespace {
int64_t us(std::string_view text, int64_t unit = 1'000'000) {
  int64_t time = 0;
  CAPTURE(text);
  REQUIRE(parse_time(text, unit, &time) == Parse::ok);
  return time;
}
Parse why(std::string_view text, int64_t unit = 1'000'000) {
  int64_t time = 0;
  return parse_time(text, unit, &time);
}
}  // namespace

TEST_CASE("time text: numbers are exact in their unit, finer digits are cut off") {
  CHECK(us("0") == 0);
  CHECK(us("3") == 3'000'000);
  CHECK(us("1700000000.123456789") == 1'700'000'000'123'456);
  CHECK(us("-1.5") == -1'500'000);
  CHECK(us("+.25", 1000) == 250);
  CHECK(us("9007199254740993", 1) == 9'007'199'254'740'993);  // 2^53 + 1: not by way of a float
}

TEST_CASE("time text: dates and zones") {
  CHECK(us("1970-01-01") == 0);
  CHECK(us("2024-02-29T12:34:56.789Z") == 1'709'210'096'789'000);
  CHECK(us("2024-02-29 12:34:56.789") == 1'709'210'096'789'000);
  CHECK(us("2024-02-29T14:34:56.789+02:00") == 1'709'210'096'789'000);
  CHECK(us("2024-02-29T07:04:56.789-0530") == 1'709'210'096'789'000);
  CHECK(us("1969-12-31T23:59") == -60'000'000);
  CHECK(us("0001-01-01") == -62'135'596'800'000'000);
}

TEST_CASE("time text: what is no time, or too far away") {
  for (const char* text :
       {"", ".", "-", "1e3", "nan", "12:30", "2023-02-29", "2024-13-01", "2024-1-1", "2024-01-01T",
        "2024-01-01T25:00", "2024-01-01T10:00+1", "2024-01-01x", "1 "}) {
    CAPTURE(text);
    CHECK(why(text) == Parse::none);
  }
  CHECK(why("99999999999999999999") == Parse::range);
  CHECK(why("9300000000000") == Parse::range);
  CHECK(why("9223372036854775807", 1) == Parse::ok);
}

}  // namespace freshet
