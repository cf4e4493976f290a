#include "freshet/base/rng.h"

#include <cmath>

#include <doctest/doctest.h>

#include "freshet/base/moments.h"

namespace freshet {

TEST_CASE("philox: known answers of Random123") {
  using Block = Philox::Block;
  CHECK(Philox(0, 0)({0, 0, 0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(Philox(0xffffffff, 0xffffffff)({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox(0xa4093822, 0x299f31d0)({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("draws: the counter is event, part, draw; the key seed, stream") {
  Draws draws(7, 8, 0x0000000200000001u, 3);
  const Philox::Block first = Philox(7, 8)({1, 2, 3, 0}), second = Philox(7, 8)({1, 2, 3, 1});
  CHECK(draws.bits() == (static_cast<uint64_t>(first[1]) << 32 | first[0]));
  CHECK(draws.bits() == (static_cast<uint64_t>(second[1]) << 32 | second[0]));
  CHECK(draws.count() == 2);
}

TEST_CASE("draws: uniform numbers lie in [0, 1) with the moments they should have") {
  Draws draws(1, 0, 0);
  Moments moments;
  for (int i = 0; i < 100000; i++) {
    const double u = draws.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    moments.update(u);
  }
  CHECK(moments.mean() == doctest::Approx(0.5).epsilon(0.01));
  CHECK(moments.variance() == doctest::Approx(1 / 12.0).epsilon(0.01));
}

TEST_CASE("draws: normal, exponential and Poisson numbers have the moments they should have") {
  Draws draws(2, 0, 0);
  Moments normal, exponential, poisson, many;
  for (int i = 0; i < 100000; i++) {
    normal.update(draws.normal());
    exponential.update(draws.exponential(4));
    poisson.update(draws.poisson(6));
  }
  for (int i = 0; i < 500; i++)
    many.update(draws.poisson(2000));
  CHECK(std::abs(normal.mean()) < 0.01);
  CHECK(normal.variance() == doctest::Approx(1).epsilon(0.02));
  CHECK(exponential.mean() == doctest::Approx(0.25).epsilon(0.02));
  CHECK(poisson.mean() == doctest::Approx(6).epsilon(0.01));
  CHECK(poisson.variance() == doctest::Approx(6).epsilon(0.02));
  CHECK(many.mean() == doctest::Approx(2000).epsilon(0.005));
  CHECK(Draws(3, 0, 0).poisson(0) == 0);
}

TEST_CASE("draws: below(n) reaches every number and favours none") {
  Draws draws(4, 0, 0);
  int count[6] = {};
  for (int i = 0; i < 60000; i++)
    count[draws.below(6)]++;
  for (const int c : count)
    CHECK(std::abs(c - 10000) < 400);
  CHECK(draws.below(1) == 0);
  CHECK(draws.below(0) == 0);
}

TEST_CASE(
    "draws: another event, part, stream or seed gives other numbers, the same gives the same") {
  const auto first = [](uint32_t seed, uint32_t stream, uint64_t event, uint32_t part) {
    return Draws(seed, stream, event, part).bits();
  };
  const uint64_t bits = first(1, 2, 3, 4);
  CHECK(first(1, 2, 3, 4) == bits);
  CHECK(first(0, 2, 3, 4) != bits);
  CHECK(first(1, 0, 3, 4) != bits);
  CHECK(first(1, 2, 3 + (uint64_t{1} << 32), 4) != bits);
  CHECK(first(1, 2, 3, 0) != bits);
}

TEST_CASE("draws: the numbers never change") {
  Draws draws(42, 0, 1);
  CHECK(draws.uniform() == 0x1.4ee9b3f7f36c8p-2);
  CHECK(draws.normal() == 0x1.e2e25c2221ffbp-2);
  CHECK(draws.exponential(1) == 0x1.4f62223a254a6p+1);
  CHECK(draws.poisson(6) == 6);
  CHECK(draws.below(1000) == 842);
}

}  // namespace freshet
