#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/example_block.h"
#include "freshet/transform/hash.h"
#include "freshet/transform/one_hot.h"
#include "freshet/transform/scale.h"
#include "freshet/transform/select.h"

namespace freshet {
namespace {

constexpr float kDense[] = {10, 20, 30};
constexpr uint32_t kIndex[] = {5, 7};
constexpr float kValue[] = {.5f, .7f};
constexpr uint32_t kColour[] = {9}, kRed[] = {2};
const Example kAll{.dense = kDense, .numeric = {kIndex, kValue}, .nominal = {kColour, kRed}};

}  // namespace

TEST_CASE("scale: mean 0 and deviation 1 of what has passed") {
  Scale scale;
  ExampleBuffer out;
  REQUIRE(scale.apply(kAll, out).ok());
  CHECK(out.dense == std::vector<float>{0, 0, 0});  // nothing is known yet
  const float first[] = {1}, second[] = {3}, third[] = {5};
  for (const auto& x : {first, second, third})
    scale.learn({.dense = {x, 1}});
  REQUIRE(scale.apply({.dense = third}, out).ok());
  CHECK(out.dense[0] == doctest::Approx(2 / std::sqrt(8.0 / 3)));
}

TEST_CASE("scale: a constant feature is 0, an absent one keeps its moments") {
  Scale scale;
  ExampleBuffer out;
  for (int k = 0; k < 5; k++)
    scale.learn({.dense = {kDense, 1}});
  const float far[] = {1e30f};
  REQUIRE(scale.apply({.dense = far}, out).ok());
  CHECK(out.dense[0] == 0);
  scale.learn({.numeric = {kIndex, kValue}});
  REQUIRE(scale.apply({.numeric = {kIndex, kValue}}, out).ok());
  CHECK(out.value == std::vector<float>{0, 0});
}

TEST_CASE("scale: without centring a zero stays a zero") {
  Scale scale({.center = false});
  const float a[] = {0}, b[] = {4};
  scale.learn({.dense = a});
  scale.learn({.dense = b});
  ExampleBuffer out;
  REQUIRE(scale.apply({.dense = a}, out).ok());
  CHECK(out.dense[0] == 0);
  REQUIRE(scale.apply({.dense = b}, out).ok());
  CHECK(out.dense[0] == 2);
}

TEST_CASE("scale: weight 2 is twice, halves merge to the whole") {
  Scale weighted, twice, left, right;
  for (int k = 0; k < 40; k++) {
    const float x[] = {static_cast<float>(k * k % 17), static_cast<float>(k)};
    weighted.learn({.dense = x, .weight = 2});
    twice.learn({.dense = x});
    twice.learn({.dense = x});
    (k < 20 ? left : right).learn({.dense = x, .weight = 2});
  }
  REQUIRE(left.merge(right).ok());
  ExampleBuffer a, b, c;
  const float x[] = {3, 100};
  REQUIRE(weighted.apply({.dense = x}, a).ok());
  REQUIRE(twice.apply({.dense = x}, b).ok());
  REQUIRE(left.apply({.dense = x}, c).ok());
  for (std::size_t k = 0; k < 2; k++) {
    CHECK(b.dense[k] == doctest::Approx(a.dense[k]).epsilon(1e-7));
    CHECK(c.dense[k] == doctest::Approx(a.dense[k]).epsilon(1e-7));
  }
}

TEST_CASE("one_hot: a pair becomes 1 at its mixed index; late categories share one") {
  OneHot one_hot({.max = 2});
  ExampleBuffer out;
  REQUIRE(one_hot.apply(kAll, out).ok());
  CHECK(out.nominal.empty());
  CHECK(out.dense.size() == 3);
  REQUIRE(out.index.size() == 3);
  CHECK(out.index[2] == mix(9, 2));  // the shared one: 2 and all after it
  CHECK(out.value[2] == 1);
  const uint32_t late[] = {77};
  REQUIRE(one_hot.apply({.nominal = {kColour, late}}, out).ok());
  CHECK(out.index == std::vector<uint32_t>{mix(9, 2)});
}

TEST_CASE("hash: every feature goes to one of 2^bits places; signs keep sizes") {
  Hash plain({.bits = 4}), with_sign({.bits = 4, .is_signed = true});
  ExampleBuffer a, b;
  REQUIRE(plain.apply(kAll, a).ok());
  REQUIRE(with_sign.apply(kAll, b).ok());
  CHECK(a.dense.empty());
  REQUIRE(a.index.size() == 6);
  CHECK(a.index == b.index);
  for (std::size_t k = 0; k < 6; k++) {
    CHECK(a.index[k] < 16);
    CHECK(std::abs(b.value[k]) == a.value[k]);
  }
  CHECK(a.value == std::vector<float>{.5f, .7f, 10, 20, 30, 1});
}

TEST_CASE("select: keeps indices and ranges, groups follow") {
  auto select = Select::make({.features = " 7, 1-2,2 ,9-9"});
  REQUIRE(select.ok());
  const Group groups[] = {{1, 0, 1}, {2, 1, 2}};
  Example x = kAll;
  x.groups = groups;
  ExampleBuffer out;
  REQUIRE((*select)->apply(x, out).ok());
  CHECK(out.index == std::vector<uint32_t>{7, 1, 2});
  CHECK(out.value == std::vector<float>{.7f, 20, 30});
  CHECK(out.nominal.size() == 1);
  REQUIRE(out.groups.size() == 2);
  CHECK((out.groups[0].begin == 0 && out.groups[0].end == 0));
  CHECK((out.groups[1].begin == 0 && out.groups[1].end == 1));
}

TEST_CASE("select: what isn't a list of indices is refused") {
  for (const char* text : {"", "a", "1,", "3-1", "-1", "1--2", "99999999999"}) {
    CAPTURE(text);
    CHECK(Select::make({.features = text}).status().code() == Code::invalid_argument);
  }
}

}  // namespace freshet
