#include "freshet/learn/linear/bayesian_linear.h"

#include <cmath>

#include <doctest/doctest.h>

#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::predict;

}  // namespace

TEST_CASE("bayesian_linear: one weight by hand") {
  BayesianLinear model({.alpha = 2, .beta = 3});
  const float x[] = {4}, y[] = {5};
  CHECK(model.variance({.dense = x}) == doctest::Approx(1. / 3 + 16. / 2));
  REQUIRE(model.learn({.dense = x, .label = y}, {}).ok());
  // precision 2 + 3 * 16 = 50; mean 3 * 20 / 50
  CHECK(predict(model, {.dense = x}) == doctest::Approx(4 * 1.2));
  CHECK(model.variance({.dense = x}) == doctest::Approx(1. / 3 + 16. / 50));
}

TEST_CASE("bayesian_linear: smoothing forgets, also the prior") {
  BayesianLinear model({.alpha = 2, .beta = 3, .smoothing = .5});
  const float x[] = {4}, y[] = {5};
  REQUIRE(model.learn({.dense = x, .label = y}, {}).ok());
  // precision 1 + 1.5 * 16 = 25; mean 1.5 * 20 / 25
  CHECK(predict(model, {.dense = x}) == doctest::Approx(4 * 1.2));
  CHECK(model.variance({.dense = x}) == doctest::Approx(1. / 3 + 16. / 25));
}

TEST_CASE("bayesian_linear: halves that met other features join exactly") {
  BayesianLinear left, right, whole;
  for (uint32_t k = 0; k < 60; k++) {
    const uint32_t index[] = {k % 5, 5 + k % 3};
    const float value[] = {1, static_cast<float>(k % 7) - 3}, y[] = {static_cast<float>(k % 11)};
    const Example x{.numeric = {index, value}, .label = y};
    REQUIRE((k % 2 == 0 && k % 5 != 2 ? left : right).learn(x, {}).ok());
    REQUIRE(whole.learn(x, {}).ok());
  }
  REQUIRE(left.merge(right).ok());
  for (uint32_t k = 0; k < 8; k++) {
    const float one[] = {1};
    const Example x{.numeric = {{&k, 1}, one}};
    CHECK(predict(left, x) == doctest::Approx(predict(whole, x)).epsilon(1e-6));
    CHECK(left.variance(x) == doctest::Approx(whole.variance(x)).epsilon(1e-9));
  }
  BayesianLinear smooth({.smoothing = .9});
  CHECK(smooth.merge(BayesianLinear({.smoothing = .9})).code() == Code::unsupported);
}

}  // namespace freshet
