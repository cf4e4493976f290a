#include "freshet/learn/linear/linear.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/learn/linear/passive_aggressive.h"
#include "freshet/learn/linear/rls.h"
#include "freshet/learn/linear/softmax.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::predict;

}  // namespace

TEST_CASE("losses: the slope is the derivative, by central differences") {
  const LossShape shape{.margin = 1, .tau = .3, .eps = .25, .c = .5};
  constexpr Loss kAll[] = {Loss::squared,  Loss::logistic, Loss::hinge,
                           Loss::absolute, Loss::quantile, Loss::epsilon,
                           Loss::huber,    Loss::poisson,  Loss::perceptron};
  for (const Loss loss : kAll) {
    for (const double y : {-1.0, 1.0}) {
      for (double raw = -2.03; raw < 2; raw += .17) {
        const double h = 1e-6;
        const double by_difference =
            (loss_value(loss, raw + h, y, shape) - loss_value(loss, raw - h, y, shape)) / (2 * h);
        CHECK(slope(loss, raw, y, shape) == doctest::Approx(by_difference).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("losses: values by hand") {
  const LossShape shape{.margin = 1, .tau = .3, .eps = .25, .c = .5};
  CHECK(loss_value(Loss::squared, 3, 1, shape) == 4);
  CHECK(loss_value(Loss::logistic, 0, 1, shape) == doctest::Approx(std::log(2)));
  CHECK(loss_value(Loss::hinge, .25, 1, shape) == .75);
  CHECK(loss_value(Loss::perceptron, -2, 1, shape) == 2);
  CHECK(loss_value(Loss::absolute, -2, 1, shape) == 3);
  CHECK(loss_value(Loss::quantile, 3, 1, shape) == doctest::Approx(1.4));
  CHECK(loss_value(Loss::quantile, -1, 1, shape) == doctest::Approx(.6));
  CHECK(loss_value(Loss::epsilon, 1.5, 1, shape) == .25);
  CHECK(loss_value(Loss::huber, 1.5, 1, shape) == .125);
  CHECK(loss_value(Loss::huber, 3, 1, shape) == .875);
  CHECK(loss_value(Loss::poisson, 0, 3, shape) == 1);
}

TEST_CASE("linear: l1 drives a useless weight to exactly zero and leaves a useful one") {
  auto made = Linear::make({.l1 = .2});
  REQUIRE(made.ok());
  for (uint32_t k = 0; k < 2000; k++) {
    const float x[] = {static_cast<float>(k % 3) - 1, static_cast<float>(k % 7) - 3};
    const float y[] = {5 * x[0]};
    REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
  }
  CHECK((*made)->parameters()[1] > 3);
  CHECK((*made)->parameters()[2] == 0);
}

TEST_CASE("linear: a quantile is learned as a quantile") {
  auto made = Linear::make(
      {.learning_rate = .1, .loss = LinearLoss::quantile, .tau = .9, .bias = BiasRule::feature});
  REQUIRE(made.ok());
  for (uint32_t k = 0; k < 20'000; k++) {
    const float y[] = {static_cast<float>((k * 37) % 100)};
    REQUIRE((*made)->learn({.label = y}, {}).ok());
  }
  CHECK(predict(**made, {}) == doctest::Approx(90).epsilon(.03));
}

TEST_CASE("linear: the automatic clip keeps unscaled sgd finite") {
  auto made = Linear::make({.clip = 0});
  REQUIRE(made.ok());
  for (uint32_t k = 0; k < 1000; k++) {
    const float x[] = {static_cast<float>(100 + k % 50)};
    const float y[] = {3 * x[0]};
    REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
    CHECK(std::isfinite(predict(**made, {.dense = x})));
  }
}

TEST_CASE("linear: an inverse schedule shrinks the second step by the root of two") {
  auto constant = Linear::make({.learning_rate = .1, .intercept_rate = 0});
  auto inverse =
      Linear::make({.learning_rate = .1, .schedule = RateSchedule::inverse, .intercept_rate = 0});
  REQUIRE((constant.ok() && inverse.ok()));
  const float x[] = {1}, y[] = {1};
  for (const auto* model : {&constant, &inverse})
    REQUIRE((**model)->learn({.dense = x, .label = y}, {}).ok());
  CHECK((*constant)->parameters()[1] == (*inverse)->parameters()[1]);
  const float first = (*constant)->parameters()[1];
  for (const auto* model : {&constant, &inverse})
    REQUIRE((**model)->learn({.dense = x, .label = y}, {}).ok());
  const float by_constant = (*constant)->parameters()[1] - first,
              by_inverse = (*inverse)->parameters()[1] - first;
  CHECK(by_constant / by_inverse == doctest::Approx(std::sqrt(2)));
}

TEST_CASE("linear: l1 and l2 together, two steps by hand") {
  auto made = Linear::make({.learning_rate = .1, .intercept_rate = 0, .l1 = .2, .l2 = .5});
  REQUIRE(made.ok());
  const float x[] = {1}, y[] = {1};
  // g = -2; w = .2; owed .02: w = .18
  REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
  CHECK((*made)->parameters()[1] == doctest::Approx(.18));
  // g = -1.64 + .5 * .18 = -1.55; w = .335; owed .04, .02 of it paid: w = .315
  REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
  CHECK((*made)->parameters()[1] == doctest::Approx(.315));
}

TEST_CASE("linear: clip=0 holds a gradient at ten times the mean of those before") {
  auto made = Linear::make({.learning_rate = .1, .intercept_rate = 0, .clip = 0});
  REQUIRE(made.ok());
  const float x[] = {1}, near[] = {-.5f}, far[] = {-1000.1f};
  REQUIRE((*made)->learn({.dense = x, .label = near}, {}).ok());  // g = 1
  CHECK((*made)->parameters()[1] == doctest::Approx(-.1));
  REQUIRE((*made)->learn({.dense = x, .label = far}, {}).ok());  // g = 2000, held at 10
  CHECK((*made)->parameters()[1] == doctest::Approx(-1.1));
}

TEST_CASE("linear: rmsprop and ftrl, a step by hand") {
  const float x[] = {1}, y[] = {1};
  auto rmsprop = Linear::make({.optimizer = LinearOptimizer::rmsprop, .intercept_rate = 0});
  REQUIRE(rmsprop.ok());
  REQUIRE((*rmsprop)->learn({.dense = x, .label = y}, {}).ok());
  // g = -2; average .01 * 4; w = .01 * 2 / .2
  CHECK((*rmsprop)->parameters()[1] == doctest::Approx(.1));
  auto ftrl = Linear::make({.optimizer = LinearOptimizer::ftrl, .intercept_rate = 0, .l1 = 1});
  REQUIRE(ftrl.ok());
  REQUIRE((*ftrl)->learn({.dense = x, .label = y}, {}).ok());
  // z = -2, n = 4; w = (2 - 1) / ((1 + 2) / .1)
  CHECK((*ftrl)->parameters()[1] == doctest::Approx(1. / 30));
}

TEST_CASE("linear: with ftrl, l1 keeps a feature that never mattered at exactly zero") {
  auto made = Linear::make({.optimizer = LinearOptimizer::ftrl, .l1 = 5});
  REQUIRE(made.ok());
  for (uint32_t k = 0; k < 2000; k++) {
    const float x[] = {static_cast<float>(k % 3) - 1, k % 700 == 0 ? 1.f : 0.f};
    const float y[] = {2 * x[0]};
    REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
  }
  CHECK((*made)->parameters()[1] > 1);
  CHECK((*made)->parameters()[2] == 0);
}

TEST_CASE("linear: halves that follow the leader join into a model that could have met both") {
  const auto half = [](float y) {
    auto made = Linear::make({.optimizer = LinearOptimizer::ftrl, .bias = BiasRule::feature});
    REQUIRE(made.ok());
    const float x[] = {1};
    for (int k = 0; k < 3; k++)
      REQUIRE((*made)->learn({.dense = x, .label = {&y, 1}}, {}).ok());
    return std::move(*made);
  };
  const auto a = half(1), b = half(1), c = half(-1);
  const float was = a->parameters()[1];
  REQUIRE(a->merge(*b).ok());
  CHECK(a->parameters()[1] ==
        doctest::Approx(was));  // equal halves: the same weight, twice the evidence
  REQUIRE(a->merge(*c).ok());
  CHECK(a->parameters()[1] == doctest::Approx(was / 3).epsilon(1e-5));
}

TEST_CASE("passive_aggressive: moves just far enough that the margin is 1") {
  auto made = PassiveAggressive::make({.mode = 0});
  REQUIRE(made.ok());
  const float x[] = {3, 4}, y[] = {1};
  REQUIRE((*made)->learn({.dense = x, .label = y}, {}).ok());
  // tau = 1 / 25; w = {.12, .16}; b = .04; raw = .36 + .64 + .04
  CHECK((*made)->parameters()[0] == doctest::Approx(.04));
  CHECK((*made)->parameters()[1] == doctest::Approx(.12));
  CHECK(predict(**made, {.dense = x}) == doctest::Approx(1 / (1 + std::exp(-1.04))));
}

TEST_CASE("rls: three exact points give the line through them") {
  Rls model({.lambda = 1, .delta = 1e-9, .cap = 1e6});
  for (const float at : {1.f, 2.f, 5.f}) {
    const float x[] = {at}, y[] = {7 - 2 * at};
    REQUIRE(model.learn({.dense = x, .label = y}, {}).ok());
  }
  const float x[] = {10};
  CHECK(predict(model, {.dense = x}) == doctest::Approx(-13).epsilon(1e-5));
  float parts[2];
  REQUIRE(model.explain({.dense = x}, parts).ok());
  CHECK(parts[0] == doctest::Approx(-20).epsilon(1e-5));
  CHECK(parts[1] == doctest::Approx(7).epsilon(1e-5));
}

TEST_CASE("rls: past 4095 features it says so and stays as it was") {
  Rls model;
  const std::vector<float> wide(5000, 1);
  const float y[] = {1};
  const Status status = model.learn({.dense = wide, .label = y}, {});
  CHECK(status.code() == Code::exhausted);
  CHECK(model.learn({.dense = std::span(wide).first(3), .label = y}, {}).ok());
}

TEST_CASE("softmax: separates three classes; two classes are logistic regression") {
  Softmax model({.learning_rate = .1});
  for (int k = 0; k < 600; k++) {
    const float x[] = {k % 3 == 0 ? 1.f : 0.f, k % 3 == 1 ? 1.f : 0.f, k % 3 == 2 ? 1.f : 0.f};
    const float y[] = {static_cast<float>(k % 3)};
    REQUIRE(model.learn({.dense = x, .label = y}, {}).ok());
  }
  float out[3];
  const float x[] = {0, 1, 0};
  model.predict({.dense = x}, out);
  CHECK(out[1] > .8f);
  CHECK(out[0] + out[1] + out[2] == doctest::Approx(1));
}

}  // namespace freshet
