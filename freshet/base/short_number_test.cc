#include "freshet/base/short_number.h"

#include <string>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/rng.h"

namespace freshet {
namespace {

// Both ways agree to the bit on whether and what.
void compare(std::string text) {
  const std::size_t size = text.size();
  text +=
      "\x7f"
      "7,9876543210";
  float fast = -1, sure = -2;
  const bool is_short = parse_short(text.data(), size, &fast);
  const ParseResult r = parse_float32(text.data(), text.data() + size, &sure);
  const bool is_number = r.ok() && r.end == text.data() + size;
  CAPTURE(text.substr(0, size));
  if (is_short) {
    REQUIRE(is_number);
    REQUIRE(bit_cast<uint32_t>(fast) == bit_cast<uint32_t>(sure));
  }
  if (size != 0 && parse_scientific(text.data(), size, &fast)) {
    REQUIRE(is_number);
    REQUIRE(bit_cast<uint32_t>(fast) == bit_cast<uint32_t>(sure));
  }
  float cell = -3;
  const Parse parse = parse_cell(text.data(), size, &cell);
  REQUIRE((parse == Parse::ok) == is_number);
}

}  // namespace

TEST_CASE("short number: all lengths with every place of the dot, and what is none") {
  for (std::size_t length = 1; length <= 9; ++length) {
    std::string digits = "123456789";
    digits.resize(length);
    compare(digits);
    for (std::size_t dot = 0; dot < length; ++dot) {
      std::string with_dot = digits;
      with_dot[dot] = '.';
      for (const char* sign : {"", "-", "+", "--"})
        compare(sign + with_dot);
    }
  }
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "-.",
                           "1..2",
                           "1.2.3",
                           "12a",
                           "a12",
                           "1e5",
                           "0x10",
                           "nan",
                           "inf",
                           "1 ",
                           " 1",
                           "1,2",
                           "/5",
                           ":5",
                           "1_0",
                           "-0",
                           "0.0",
                           "\xb0"
                           "1"})
    compare(text);
}

TEST_CASE("short number: random texts read as the exact parser reads them, or not at all") {
  constexpr char kBytes[] = "0123456789.0123456789.-+e:/ ";
  uint64_t state = 1;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    state = mix64(state + 0x9e3779b97f4a7c15u);
    for (uint64_t left = state, k = state % 10; k > 0; --k, left /= 29)
      text += kBytes[left % (sizeof(kBytes) - 1)];
    compare(text);
  }
}

TEST_CASE("short number: what %e writes, and what nearly is that") {
  for (uint32_t n = 0; n < 20000; ++n) {
    Draws draws(5, 0, n);
    std::string text = n % 3 == 0 ? "-" : n % 7 == 0 ? "+" : "";
    text += static_cast<char>('0' + draws.below(10));
    text += '.';
    for (uint32_t k = draws.below(9); k > 0; --k)
      text += static_cast<char>('0' + draws.below(10));
    text += draws.below(9) == 0 ? 'E' : 'e';
    text += "+-"[draws.below(2)];
    text += static_cast<char>('0' + draws.below(4));
    text += static_cast<char>('0' + draws.below(10));
    compare(text);
    text[draws.below(static_cast<uint32_t>(text.size()))] = static_cast<char>(32 + draws.below(96));
    compare(text);
  }
  float value = 0;
  REQUIRE(parse_scientific("3.9656971e-02        ", 13, &value));
  CHECK(value == 3.9656971e-02f);
}

}  // namespace freshet
