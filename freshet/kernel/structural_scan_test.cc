#include "freshet/kernel/structural_scan.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/table.h"

namespace freshet::kernel {
namespace {

constexpr ScanBytes kCsv{',', '"', '\n', '\r'};

struct Found {
  std::vector<uint32_t> positions;
  bool odd;
};

// The text in a buffer that ends right behind the slack, so that sanitizers see a longer read.
Found scan(const std::string& text, ScanBytes bytes) {
  std::vector<char> padded(text.begin(), text.end());
  padded.resize(text.size() + kScanSlack, ',');  // what is behind the text must not be found
  std::vector<uint32_t> positions(text.size() + kScanSlack);
  const Scan found = structural_scan({padded.data(), text.size()}, bytes, positions);
  positions.resize(found.count);
  return {positions, found.odd};
}

}  // namespace

TEST_CASE("structural scan: positions of separators, quotes and line ends, in order") {
  const Found found = scan("a,\"b\"\r\nc", kCsv);
  CHECK(found.positions == std::vector<uint32_t>{1, 2, 4, 5, 6});
  CHECK_FALSE(found.odd);
  CHECK(scan("", kCsv).positions.empty());
}

TEST_CASE("structural scan: control bytes are odd unless they are asked for") {
  CHECK(scan("a\tb", kCsv).odd);
  CHECK(scan(std::string("a\0b", 3), kCsv).odd);
  CHECK(scan("a\x1f", kCsv).odd);
  CHECK_FALSE(scan("a b\x7f\x80\xff", kCsv).odd);
  CHECK_FALSE(scan("a\tb\n", {'\t', '"', '\n', '\r'}).odd);
  CHECK(scan("a b\r\n", {' ', ':', '|', '\n'}).odd);
}

TEST_CASE(
    "structural scan: every level finds what the scalar twin finds, in texts of any density") {
  at_every_level([](Level level) {
    for (uint32_t n = 0; n < 400; n++) {
      Draws draws(1, 0, n);
      std::string text(n < 200 ? n : draws.below(3000), 'x');
      const uint32_t kind = draws.below(4);
      for (char& c : text) {
        if (kind == 0) c = static_cast<char>(draws.below(256));
        if (kind == 1) c = ",\"\n\rx"[draws.below(5)];
        if (kind == 2 && draws.below(10) == 0) c = ',';
        if (kind == 3) c = ',';
      }
      const Found got = scan(text, kCsv);
      REQUIRE(use(Level::scalar).ok());
      const Found want = scan(text, kCsv);
      REQUIRE(use(level).ok());
      REQUIRE(got.positions == want.positions);
      REQUIRE(got.odd == want.odd);
    }
  });
}

TEST_CASE("token scan: every level finds the positions of the structural scan, and their kinds") {
  const auto check = [](Level) {
    for (uint32_t n = 0; n < 300; n++) {
      Draws draws(4, 0, n);
      std::string text(n < 200 ? n : draws.below(3000), 'x');
      const uint32_t kind = draws.below(4);
      for (char& c : text) {
        if (kind == 0) c = static_cast<char>(draws.below(256));
        if (kind == 1) c = " :|\nx"[draws.below(5)];
        if (kind == 2 && draws.below(10) == 0) c = ':';
        if (kind == 3) c = '|';
      }
      const std::size_t size = text.size();
      constexpr ScanBytes kTokens{' ', ':', '|', '\n'};
      const Found want = scan(text, kTokens);
      text.append(kScanSlack, ':');
      std::vector<uint32_t> positions(size + kScanSlack);
      std::vector<uint64_t> second(size / 64 + 3, ~uint64_t{0}), stops(size / 64 + 3, ~uint64_t{0});
      const Scan got =
          token_scan({text.data(), size}, kTokens, positions, {second.data(), stops.data()});
      REQUIRE(got.odd == want.odd);
      positions.resize(got.count);
      REQUIRE(positions == want.positions);
      for (std::size_t k = 0; k < got.count; k++) {
        const char c = text[positions[k]];
        REQUIRE((second[k / 64] >> (k % 64) & 1) == (c == ':'));
        REQUIRE((stops[k / 64] >> (k % 64) & 1) == (c == '|' || c == '\n'));
      }
    }
  };
  check(Level::scalar);
  at_every_level(check);
}

}  // namespace freshet::kernel
