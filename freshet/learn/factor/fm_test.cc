#include "freshet/learn/factor/fm.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::made;
using testing::predict;

constexpr float kPositive[] = {1}, kNegative[] = {0};

std::unique_ptr<Fm> fm(const FmOptions& options = {}) {
  return made<Fm>(options);
}

/// Parameters of 2^3 rows of 1 + `factors`, and the bias, all different.
std::vector<float> numbers(uint32_t factors) {
  Draws draws(3, 0, factors);
  std::vector<float> all(1 + 8 * (1 + factors));
  for (float& x : all)
    x = static_cast<float>(draws.normal());
  return all;
}

/// b + w'x + sum of pairs, one by one.
double by_pairs(const std::vector<float>& p, uint32_t factors, const Example& x) {
  const auto at = [&](std::size_t i, uint32_t k) {
    return static_cast<double>(p[1 + x.numeric.index[i] * (1 + factors) + k]);
  };
  const auto value = [&](std::size_t i) { return static_cast<double>(x.numeric.value[i]); };
  double sum = static_cast<double>(p[0]);
  for (std::size_t i = 0; i < x.numeric.index.size(); i++) {
    sum += at(i, 0) * value(i);
    for (std::size_t j = i + 1; j < x.numeric.index.size(); j++)
      for (uint32_t k = 1; k <= factors; k++)
        sum += at(i, k) * at(j, k) * value(i) * value(j);
  }
  return sum;
}

constexpr uint32_t kIndex[] = {6, 0, 3, 5};
constexpr float kValue[] = {1, -2, .5f, 3};
constexpr Example kRow{.dense = {}, .numeric = {kIndex, kValue}};

}  // namespace

TEST_CASE("fm: the sums give what the loop over pairs gives") {
  for (const uint32_t factors : {1u, 3u, 4u, 8u, 16u, 256u}) {
    CAPTURE(factors);
    auto model = fm({.factors = factors, .bits = 3, .loss = FactorLoss::squared});
    const std::vector<float> p = numbers(factors);
    REQUIRE(model->replace(p).ok());
    CHECK(predict(*model, kRow) == doctest::Approx(by_pairs(p, factors, kRow)).epsilon(1e-5));
    std::vector<float> parts(5);
    REQUIRE(model->explain(kRow, parts).ok());
    float sum = 0;
    for (const float part : parts)
      sum += part;
    CHECK(sum == doctest::Approx(by_pairs(p, factors, kRow)).epsilon(1e-4));
  }
}

TEST_CASE("fm: a step of sgd goes along the gradient, by central differences") {
  for (const uint32_t factors : {2u, 8u}) {
    const FmOptions options{.factors = factors,
                            .bits = 3,
                            .loss = FactorLoss::squared,
                            .optimizer = FactorOptimizer::sgd,
                            .learning_rate = 1e-3,
                            .factor_rate = 1e-3,
                            .intercept_rate = 1e-3};
    auto model = fm(options);
    const std::vector<float> p = numbers(factors);
    REQUIRE(model->replace(p).ok());
    const float y[] = {.7f};
    Example x = kRow;
    x.label = y;
    REQUIRE(model->learn(x, {}).ok());
    const auto cost = [&](const std::vector<float>& at) {
      const double e = by_pairs(at, factors, kRow) - static_cast<double>(y[0]);
      return e * e;
    };
    for (std::size_t k = 0; k < p.size(); k++) {
      const float h =
          1e-2f;  // the score is at most quadratic in each number: exact but for rounding
      std::vector<float> up = p, down = p;
      up[k] += h;
      down[k] -= h;
      const double slope =
          (cost(up) - cost(down)) / (static_cast<double>(up[k]) - static_cast<double>(down[k]));
      const double moved =
          (static_cast<double>(p[k]) - static_cast<double>(model->parameters()[k])) / 1e-3;
      CAPTURE(k);
      CHECK(moved == doctest::Approx(slope).epsilon(2e-3));
    }
  }
}

TEST_CASE("fm: rows that never learned count as zero, and cost no memory") {
  auto model = fm({.bits = 24});
  CHECK(predict(*model, kRow) == .5f);
  CHECK(model->bytes() < (1u << 20));
  Example x = kRow;
  x.label = kPositive;
  float before = -1;
  REQUIRE(model->learn(x, {&before, 1}).ok());
  CHECK(before == .5f);
  const uint32_t other = 7;
  const float one = 1;
  const float alone = predict(*model, {.numeric = {{&other, 1}, {&one, 1}}});
  CHECK(alone == doctest::Approx(1 / (1 + std::exp(-.005))));  // the bias alone
  for (uint32_t k = 1; k <= 8; k++)
    CHECK(model->parameters()[1 + 6 * 9 + k] != 0);  // drawn
}

TEST_CASE("fm: the same seed draws the same factors, whatever came before; another seed others") {
  auto a = fm({.bits = 4}), b = fm({.bits = 4}), c = fm({.bits = 4, .seed = 1});
  const uint32_t three = 3, five = 5;
  const float one = 1;
  const Example x{.numeric = {{&three, 1}, {&one, 1}}, .label = kPositive};
  const Example y{.numeric = {{&five, 1}, {&one, 1}}, .label = kNegative};
  REQUIRE(a->learn(x, {}).ok());
  REQUIRE(b->learn(y, {}).ok());
  REQUIRE(b->learn(x, {}).ok());
  REQUIRE(c->learn(x, {}).ok());
  for (std::size_t k = 2; k < 10; k++) {  // alone in its example: no slope, as drawn
    CHECK(a->parameters()[3 * 9 + k] == b->parameters()[3 * 9 + k]);
    CHECK(a->parameters()[3 * 9 + k] != c->parameters()[3 * 9 + k]);
  }
}

TEST_CASE("fm: learns a product that no linear model can, with every optimizer") {
  for (const FactorOptimizer optimizer :
       {FactorOptimizer::adagrad, FactorOptimizer::sgd, FactorOptimizer::ftrl}) {
    auto model = fm({.bits = 8,
                     .optimizer = optimizer,
                     .factor_rate = optimizer == FactorOptimizer::sgd ? .5 : .1,
                     .init = .1});
    int right = 0;
    for (uint32_t k = 0; k < 6000; k++) {
      Draws draws(9, 0, k);
      const uint32_t index[] = {draws.below(2), 2 + draws.below(2)};
      const float value[] = {1, 1};
      const bool is_positive = (index[0] == 0) == (index[1] == 2);
      float before = 0;
      REQUIRE(model
                  ->learn({.numeric = {index, value}, .label = is_positive ? kPositive : kNegative},
                          {&before, 1})
                  .ok());
      if (k >= 5000) right += (before > .5f) == is_positive;
    }
    CHECK(right == 1000);
  }
}

TEST_CASE("fm: values without bounds leave rows finite") {
  auto model = fm({.bits = 4, .loss = FactorLoss::squared});
  for (int k = 0; k < 50; k++) {
    const float huge[] = {1e30f, -3e38f, 1e-40f}, y[] = {k % 2 == 0 ? 3e38f : -1};
    REQUIRE(model->learn({.dense = huge, .label = y}, {}).ok());
    CHECK(std::isfinite(predict(*model, {.dense = huge})));
  }
  for (const float p : model->parameters())
    CHECK(std::isfinite(p));
}

}  // namespace freshet
