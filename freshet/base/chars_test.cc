#include "freshet/base/chars.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/rng.h"

namespace freshet {
namespace {

// Both parsers against the C library, which is exact.
void check_against_library(const std::string& text) {
  CAPTURE(text);
  float f = -7;
  double d = -7;
  const ParseResult read_float = parse_float32(text.data(), text.data() + text.size(), &f);
  const ParseResult read_double = parse_double(text.data(), text.data() + text.size(), &d);
  const float want_float = std::strtof(text.c_str(), nullptr);
  const double want_double = std::strtod(text.c_str(), nullptr);
  REQUIRE(read_float.end == text.data() + text.size());
  REQUIRE(read_double.end == text.data() + text.size());
  REQUIRE(read_float.parse == (std::isinf(want_float) ? Parse::range : Parse::ok));
  REQUIRE(read_double.parse == (std::isinf(want_double) ? Parse::range : Parse::ok));
  if (read_float.ok()) REQUIRE(bit_cast<uint32_t>(f) == bit_cast<uint32_t>(want_float));
  if (read_double.ok()) REQUIRE(bit_cast<uint64_t>(d) == bit_cast<uint64_t>(want_double));
}

std::string printed(const char* format, double value, int digits) {
  char text[1200];
  std::snprintf(text, sizeof(text), format, digits, value);
  return text;
}

std::string human(double value, int digits = 6) {
  char text[kNumberChars];
  return {text, format_human(value, text, digits)};
}

std::string fixed(double value, int decimals) {
  char text[kNumberChars];
  return {text, format_fixed(value, text, decimals)};
}

// Digits of a number's text without leading and trailing zeros.
int significant_digits(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, text.find('e'))) {
    if (c >= '0' && c <= '9' && !(digits.empty() && c == '0')) digits += c;
  }
  while (digits.ends_with('0'))
    digits.pop_back();
  return static_cast<int>(digits.size());
}

std::string random_decimal(Draws& draws) {
  std::string text = draws.below(4) == 0 ? "-" : "";
  const uint32_t digits = 1 + draws.below(40), dot = draws.below(digits + 1);
  for (uint32_t i = 0; i < digits; i++) {
    if (i == dot) text += '.';
    text += static_cast<char>('0' + (i < 5 && draws.below(3) == 0 ? 0 : draws.below(10)));
  }
  if (draws.below(2) == 0) text += "e" + std::to_string(static_cast<int>(draws.below(100)) - 50);
  return text;
}

}  // namespace

TEST_CASE("numbers: the grammar, and how much of a text is a number") {
  struct Case {
    std::string_view text;
    Parse parse;
    std::size_t used;
    float value;
  };
  const Case cases[] = {
      {"12", Parse::ok, 2, 12},     {"+1.5e2", Parse::ok, 6, 150}, {".5", Parse::ok, 2, 0.5f},
      {"5.", Parse::ok, 2, 5},      {"-0", Parse::ok, 2, -0.0f},   {"1E-2", Parse::ok, 4, 0.01f},
      {"1e", Parse::ok, 1, 1},      {"1e+", Parse::ok, 1, 1},      {"1.2.3", Parse::ok, 3, 1.2f},
      {"0x10", Parse::ok, 1, 0},    {"1_000", Parse::ok, 1, 1},    {"2024-01", Parse::ok, 4, 2024},
      {"", Parse::none, 0, -7},     {".", Parse::none, 0, -7},     {"-", Parse::none, 0, -7},
      {"+.e1", Parse::none, 0, -7}, {"nan", Parse::none, 0, -7},   {"inf", Parse::none, 0, -7},
      {" 1", Parse::none, 0, -7},   {"--1", Parse::none, 0, -7},   {"e5", Parse::none, 0, -7},
      {"1e39", Parse::range, 4, -7}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    float value = -7;
    const ParseResult read = parse_float32(c.text.data(), c.text.data() + c.text.size(), &value);
    CHECK(read.parse == c.parse);
    CHECK(read.end == c.text.data() + c.used);
    CHECK(bit_cast<uint32_t>(value) == bit_cast<uint32_t>(c.value));
  }
}

TEST_CASE("numbers: a thousand characters are a number, one more isn't") {
  float value = 0;
  CHECK(parse_all(std::string(999, '0') + "7", &value));
  CHECK(value == 7);
  CHECK_FALSE(parse_all(std::string(1000, '0') + "7", &value));
  CHECK_FALSE(parse_all("1e" + std::string(999, '0'), &value));
}

TEST_CASE("numbers: the edges of float and double") {
  for (const char* text : {"3.4028235e38",
                           "3.4028236e38",
                           "340282356779733661637539395458142568447",
                           "340282356779733661637539395458142568448",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "1e400",
                           "1e-400",
                           "4.9e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "7.006492321624085e-46",
                           "7.0064923216240854e-46",
                           "1.17549429e-38",
                           "1.17549435e-38",
                           "2.2250738585072011e-308",
                           "9007199254740993",
                           "9007199254740992.5",
                           "9007199254740993.00000000000000000000000000001",
                           "1e23",
                           "8.5e22",
                           "0e999",
                           "-0.0e-999",
                           "123456789012345678901234567890e-10",
                           "0.000000000000000000000000000000000000000000000000000001e54"}) {
    check_against_library(text);
  }
  check_against_library("0." + std::string(900, '0') + "1e901");
  check_against_library(std::string(700, '9') + "e-690");
}

TEST_CASE("numbers: random decimals of 1 to 40 digits are read as the C library reads them") {
  Draws draws(1, 0, 0);
  for (int i = 0; i < 30000; i++)
    check_against_library(random_decimal(draws));
}

TEST_CASE("numbers: every dot position of short decimals") {
  for (int digits = 1; digits <= 8; digits++) {
    for (int dot = 0; dot <= digits; dot++) {
      std::string text = std::string("98765432").substr(0, static_cast<std::size_t>(digits));
      check_against_library(text.insert(static_cast<std::size_t>(dot), "."));
    }
  }
}

TEST_CASE("numbers: the middle between two floats is a tie, and one digit more decides") {
  Draws draws(2, 0, 0);
  for (int i = 0; i < 3000; i++) {
    const auto below = bit_cast<float>(static_cast<uint32_t>(draws.bits()) & 0x7fffffff);
    if (!is_finite(below)) continue;
    const double middle = (static_cast<double>(below) +
                           std::nextafter(below, std::numeric_limits<float>::infinity())) /
                          2;
    std::string text = printed("%.*e", middle, 160);
    check_against_library(text);
    check_against_library(text.insert(text.find('e'), "1"));
  }
}

TEST_CASE("numbers: whole ones keep all their digits, and overflow is seen") {
  uint64_t u = 0;
  int64_t i = 0;
  CHECK(parse_all("18446744073709551615", &u));
  CHECK(u == UINT64_MAX);
  CHECK_FALSE(parse_all("18446744073709551616", &u));
  CHECK_FALSE(parse_all("+1", &u));
  CHECK(parse_all("-9223372036854775808", &i));
  CHECK(i == INT64_MIN);
  CHECK(parse_all("+5", &i));
  CHECK_FALSE(parse_all("9223372036854775808", &i));
  CHECK_FALSE(parse_all("-", &i));
  CHECK_FALSE(parse_all("1.0", &i));
  CHECK_FALSE(parse_all("", &i));
}

TEST_CASE("numbers: shortest texts are short, plain where that is no longer, and come back") {
  CHECK(Digits(0.1f).text() == "0.1");
  CHECK(Digits(1.0f).text() == "1");
  CHECK(Digits(-2.5f).text() == "-2.5");
  CHECK(Digits(0.0f).text() == "0");
  CHECK(Digits(-0.0f).text() == "-0");
  CHECK(Digits(1e30f).text() == "1e+30");
  CHECK(Digits(1.5e-7f).text() == "1.5e-07");
  CHECK(Digits(123456.0).text() == "123456");
  CHECK(Digits(0.001).text() == "0.001");
  CHECK(Digits(5e-324).text() == "5e-324");
  CHECK(Digits(1e23).text() == "1e+23");
  CHECK(Digits(0.1 + 0.2).text() == "0.30000000000000004");
  CHECK(Digits(3.4028235e38f).text() == "3.4028235e+38");
  CHECK(Digits(std::numeric_limits<double>::quiet_NaN()).text() == "nan");
  CHECK(Digits(-std::numeric_limits<float>::infinity()).text() == "-inf");
  CHECK(Digits(-7).text() == "-7");
  CHECK(Digits(UINT64_MAX).text() == "18446744073709551615");
  CHECK(Digits(INT64_MIN).text() == "-9223372036854775808");
}

TEST_CASE(
    "numbers: any float and double is printed so that it comes back to the bit, with no digit to "
    "spare") {
  Draws draws(3, 0, 0);
  for (int i = 0; i < 30000; i++) {
    const uint64_t bits = draws.bits();
    const auto f = bit_cast<float>(static_cast<uint32_t>(bits));
    const auto d = bit_cast<double>(bits);
    float f_again = 0;
    double d_again = 0;
    if (is_finite(f)) {
      REQUIRE(parse_all(Digits(f).text(), &f_again));
      REQUIRE(bit_cast<uint32_t>(f) == bit_cast<uint32_t>(f_again));
    }
    if (!is_finite(d)) continue;
    REQUIRE(parse_all(Digits(d).text(), &d_again));
    REQUIRE(bit_cast<uint64_t>(d) == bit_cast<uint64_t>(d_again));
    // One significant digit less doesn't come back.
    int digits = 17;
    while (digits > 1 && std::strtod(printed("%.*e", d, digits - 2).c_str(), nullptr) == d)
      digits--;
    REQUIRE(significant_digits(Digits(d).text()) == digits);
  }
}

TEST_CASE("numbers: for people, %g and %f to the last digit") {
  CHECK(human(0.43624712) == "0.436247");
  CHECK(human(1234567) == "1.23457e+06");
  CHECK(human(0.5) == "0.5");
  CHECK(human(0) == "0");
  CHECK(human(1e-5) == "1e-05");
  CHECK(fixed(0.4362471, 6) == "0.436247");
  CHECK(fixed(2.5, 0) == "2");
  CHECK(fixed(3.5, 0) == "4");
  CHECK(fixed(0.999999, 2) == "1.00");
  CHECK(fixed(-0.001, 2) == "-0.00");
  CHECK(fixed(1e300, 2) == "1e+300");
  Draws draws(4, 0, 0);
  for (int i = 0; i < 20000; i++) {
    const int exponent = static_cast<int>(draws.below(160)) - 80,
              digits = 1 + static_cast<int>(draws.below(17));
    const double value = std::ldexp(draws.uniform() - 0.5, exponent),
                 eighth = (draws.below(20001) - 10000.0) / 8;
    REQUIRE(human(value, digits) == printed("%.*g", value, digits));
    REQUIRE(human(eighth, digits) == printed("%.*g", eighth, digits));
    const int decimals = static_cast<int>(draws.below(10));
    if (std::fabs(value) < 1e15)
      REQUIRE(fixed(value, decimals) == printed("%.*f", value, decimals));
    REQUIRE(fixed(eighth, decimals) == printed("%.*f", eighth, decimals));
  }
}

TEST_CASE("numbers: no text is longer than promised") {
  for (const double value :
       {-1.7976931348623157e308, -2.2250738585072014e-308, -0.00012345678901234567, -1e14 / 3}) {
    CHECK(Digits(value).text().size() <= kNumberChars);
    CHECK(human(value, 17).size() <= kNumberChars);
    CHECK(fixed(value, 9).size() <= kNumberChars);
  }
}

}  // namespace freshet
