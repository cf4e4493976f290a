#include "freshet/core/options.h"

#include <string>

#include <doctest/doctest.h>

using namespace freshet;

namespace {
enum class Colour : uint8_t { red, deep_blue };
constexpr std::string_view kColours[] = {"red", "deep_blue"};
struct Paint {
  float rate = 0.1f;
  double scale = 1;
  uint32_t bits = 18;
  int32_t shift = -1;
  bool glossy = false;
  Colour colour = Colour::red;
  std::string_view label = "none";
};
constexpr std::array kPaint{option<&Paint::rate>("rate|speed", "How fast.", 1e-6, 100),
                            option<&Paint::scale>("scale", "How much.", 0, 10),
                            option<&Paint::bits>("bits", "Size.", 1, 30, "log2"),
                            option<&Paint::shift>("shift", "Where.", -5, 5),
                            option<&Paint::glossy>("glossy", "Shine."),
                            option<&Paint::colour>("colour", "Which.", kColours),
                            option<&Paint::label>("label", "Name.")};

std::string text_of(const Paint& paint, std::string_view name) {
  std::array<char, 64> out{};
  return {out.data(), format_option(*find_option(kPaint, name), &paint, out)};
}
}  // namespace

TEST_CASE("options: every type is set from text and written so that it reads back") {
  Paint paint;
  for (const auto& [name, text] : {std::pair{"rate", "0.25"},
                                   {"scale", "2.5"},
                                   {"bits", "20"},
                                   {"shift", "-3"},
                                   {"glossy", "true"},
                                   {"colour", "deep_blue"},
                                   {"label", "sky"}}) {
    REQUIRE(set_option(kPaint, &paint, name, text).ok());
    CHECK(text_of(paint, name) == text);
  }
  CHECK(paint.colour == Colour::deep_blue);
  CHECK(paint.bits == 20);
}

TEST_CASE("options: an alias and a dash find the option") {
  Paint paint;
  REQUIRE(set_option(kPaint, &paint, "speed", "5").ok());
  CHECK(paint.rate == 5);
  REQUIRE(set_option(kPaint, &paint, "colour", "deep-blue").ok());
  CHECK(paint.colour == Colour::deep_blue);
}

TEST_CASE("options: an unknown name suggests the nearest") {
  Paint paint;
  const Status status = set_option(kPaint, &paint, "bist", "3");
  CHECK(status.code() == Code::not_found);
  CHECK(status.text() == "no option \"bist\"; did you mean \"bits\"?");
}

TEST_CASE(
    "options: out of bounds states the bounds, a bad value what was expected, and nothing "
    "changes") {
  Paint paint;
  Status status = set_option(kPaint, &paint, "bits", "31");
  CHECK(status.text() == "bits: 31 is outside 1 to 30");
  CHECK(status.at() == 2);
  CHECK(set_option(kPaint, &paint, "bits", "1.5").text() ==
        "bits: expected a whole number, found \"1.5\"");
  CHECK(set_option(kPaint, &paint, "bits", "-1").code() == Code::invalid_argument);
  CHECK(set_option(kPaint, &paint, "rate", "nan").code() == Code::invalid_argument);
  CHECK(set_option(kPaint, &paint, "rate", "fast").text() ==
        "rate: expected a number, found \"fast\"");
  CHECK(set_option(kPaint, &paint, "glossy", "maybe").text() ==
        "glossy: expected true or false, found \"maybe\"");
  CHECK(set_option(kPaint, &paint, "colour", "green").text() ==
        "colour: expected red or deep_blue, found \"green\"");
  CHECK(paint.bits == 18);
  CHECK(paint.rate == 0.1f);
}

TEST_CASE("options: a whole number may be written with an exponent") {
  Paint paint;
  REQUIRE(set_option(kPaint, &paint, "bits", "2e1").ok());
  CHECK(paint.bits == 20);
}
