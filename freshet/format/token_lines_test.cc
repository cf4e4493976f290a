#include "freshet/format/token_lines.h"

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/format/format.h"
#include "freshet/format/read_text_test.h"
#include "freshet/kernel/level_guard_test.h"

namespace freshet {
namespace {

// Lines put together from pieces that mean something, and some that don't.
std::string some_text(Draws& draws, std::span<const std::string_view> pieces) {
  std::string text;
  for (uint32_t lines = draws.below(60); lines > 0; --lines) {
    for (uint32_t n = draws.below(30); n > 0; --n)
      text += pieces[draws.below(static_cast<uint32_t>(pieces.size()))];
    text += '\n';
  }
  if (draws.below(3) == 0) text.resize(draws.below(static_cast<uint32_t>(text.size()) + 1));
  return text;
}

// The same text as no token window takes it: a tab before each line's end.
std::string with_tabs(const std::string& text) {
  std::string twin;
  for (const char c : text)
    twin += c == '\n' ? std::string("\t\n") : std::string(1, c);
  return twin;
}

WhatWasRead read_as(const Format& format, const std::string& text, Target label,
                    std::size_t window) {
  Schema schema;
  ReaderOptions options;
  options.label = label;
  const Result<std::unique_ptr<LineReader>> reader = format.make(options, schema);
  REQUIRE(reader.ok());
  return read_text(**reader, text, window);
}

void check_same(const WhatWasRead& a, const WhatWasRead& b) {
  REQUIRE(a.index == b.index);
  REQUIRE(a.value == b.value);
  REQUIRE(a.label == b.label);
  REQUIRE(a.weight == b.weight);
  REQUIRE(a.id == b.id);
  REQUIRE(a.line == b.line);
  REQUIRE(a.keys == b.keys);
  REQUIRE(a.bad.size() == b.bad.size());
  for (std::size_t k = 0; k < a.bad.size(); ++k) {
    REQUIRE(a.bad[k].line == b.bad[k].line);
    REQUIRE(a.bad[k].column == b.bad[k].column);
    REQUIRE(a.bad[k].reason == b.bad[k].reason);
    REQUIRE(a.bad[k].found == b.bad[k].found);
  }
}

void check_format(std::string_view name, std::span<const std::string_view> pieces) {
  const Format& format = *find_format(name);
  for (uint32_t n = 0; n < 400; ++n) {
    Draws draws(6, 0, n);
    const std::string text = some_text(draws, pieces);
    CAPTURE(text);
    const Target label = n % 2 == 0 ? Target::number : Target::one_class;
    const WhatWasRead whole = read_as(format, text, label, 1u << 20);
    check_same(whole, read_as(format, with_tabs(text), label, 1u << 20));
    check_same(whole, read_as(format, text, label, 64 + draws.below(200)));
  }
}

}  // namespace

TEST_CASE("token lines: VW text reads the same by tokens and with care") {
  constexpr std::string_view kPieces[] = {
      "|",          "|f ",        " |g",  "| ",    "|f:2 ",  " a",    " b:1",
      " word:0.25", " c:-3.5e-2", " 12",  " 12:7", ":",      " ",     "  ",
      "1",          "-1 ",        "1 2 ", "tag",   " 'tag ", ":3",    " x:y:z",
      " n:",        "0",          " z:0", "é",     " d:1.5", " :2.5", " long_name_of_a_feature:.5",
      " e:1x",      " |f f"};
  check_format("vw", kPieces);
  kernel::at_every_level([&](kernel::Level) { check_format("vw", kPieces); });
}

TEST_CASE("token lines: sparse lines read the same by tokens and with care") {
  constexpr std::string_view kPieces[] = {
      "1 |",  "| ", "-1 | ",  " 1:2", " 2:0", " 3:-1.5", " 7:1",         " 9:.5",
      " a:1", ":",  " 10:1x", " ",    "2",    " 5",      " 123456789:1", " 4294967295:2"};
  check_format("sparse", kPieces);
}

TEST_CASE("token lines: svmlight reads the same by tokens and with care") {
  constexpr std::string_view kPieces[] = {"1",   "-1 ",    " 1:2",  " 2:0", " 3:-1.5",      " 7:1",
                                          "#",   " 9:0.5", " # c",  ":",    " qid:7",       " 0:1",
                                          "1 1", " 12:1",  " 20:1", " ",    " 4294967296:2"};
  check_format("svmlight", kPieces);
}

TEST_CASE("token lines: long lines, lines longer than a window, and CR") {
  std::string text = "1 |f";
  for (int k = 0; k < 5000; ++k)
    text += " w" + std::to_string(k) + ":0." + std::to_string(k + 1);
  text += "\n-1 |f a b c\r\n1 |f d\n";
  const WhatWasRead r = read_as(*find_format("vw"), text, Target::number, 64);
  REQUIRE(r.index.size() == 3);
  CHECK(r.index[0].size() == 5000);
  CHECK(r.value[0][4999] == .5f);
  CHECK(r.index[1].size() == 3);
}

}  // namespace freshet
