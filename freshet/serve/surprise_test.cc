#include "freshet/serve/surprise.h"

#include <array>

#include <doctest/doctest.h>

namespace freshet {
namespace {
constexpr int64_t kSecond = 1'000'000;
}

TEST_CASE("surprise: an unlikely class is told after 1,000 rows, with what was expected instead") {
  SurpriseWatch watch;
  const std::array<float, 1> sure_of_1{0.99f};
  int64_t now = kSecond;
  CHECK_FALSE(watch.see_class(0, sure_of_1, now += kSecond));
  for (int k = 0; k < 1500; ++k)
    CHECK_FALSE(watch.see_class(1, sure_of_1, now += kSecond));
  const auto told = watch.see_class(0, sure_of_1, now += kSecond);
  REQUIRE(told.has_value());
  CHECK(told->expected == 1);
  CHECK(told->seen == 0);
  CHECK(told->bits == doctest::Approx(6.64).epsilon(0.01));
}

TEST_CASE(
    "surprise: what happens in more than 1 % of rows is no surprise, and two come at least half a "
    "second apart") {
  SurpriseWatch often;
  const std::array<float, 3> row{0.9f, 0.08f, 0.02f};
  int64_t now = kSecond;
  for (int k = 0; k < 3000; ++k)
    CHECK_FALSE(often.see_class(k % 20 == 0 ? 1 : 0, row, now += kSecond));

  SurpriseWatch rare;
  for (int k = 0; k < 2000; ++k)
    (void)rare.see_class(0, row, now += kSecond);
  CHECK(rare.see_class(2, row, now += kSecond).has_value());
  CHECK_FALSE(rare.see_class(2, row, now + 100'000).has_value());
}

TEST_CASE("surprise: a number is one when its error is over four times the usual") {
  SurpriseWatch watch;
  int64_t now = kSecond;
  for (int k = 0; k < 400; ++k)
    CHECK_FALSE(watch.see_number(10 + k % 2, 10.5, now += kSecond));
  CHECK_FALSE(watch.see_number(12, 10.5, now += kSecond));
  const auto told = watch.see_number(20, 10, now += kSecond);
  REQUIRE(told.has_value());
  CHECK(told->error == 10);
  CHECK(told->ratio > 4);
}

}  // namespace freshet
