#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/learn/search/nelder_mead.h"
#include "freshet/learn/search/random_search.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::predict;

/// y = 3 + 2 a - b, and some noise.
struct Row {
  float x[2], y[1];
};
Row row(uint32_t k, float noise = 0) {
  Draws draws(1, 0, k);
  Row made{};
  made.x[0] = static_cast<float>(draws.normal());
  made.x[1] = static_cast<float>(5 * draws.normal() + 100);
  made.y[0] = 3 + 2 * made.x[0] - made.x[1] + noise * static_cast<float>(draws.normal());
  return made;
}

}  // namespace

TEST_CASE("objective: from moments what the rows themselves say") {
  Pool pool;
  LinearObjective objective({}, pool);
  std::vector<Row> rows;
  for (uint32_t k = 0; k < 40; k++)
    rows.push_back(row(k, 2));
  for (const Row& r : rows) {
    REQUIRE(objective.add_names({.dense = r.x}));
    objective.fit();
    objective.add({.dense = r.x, .label = r.y}, static_cast<double>(r.y[0]));
  }
  for (const auto& point : {std::vector<double>{0, 0}, {.3, -.9}, {-1, 2}}) {
    std::vector<float> model(3);
    objective.model_at(point, model);
    double squares = 0, mean = 0, total = 0;
    for (const Row& r : rows)
      mean += static_cast<double>(r.y[0]) / 40;
    for (const Row& r : rows) {
      const double y = static_cast<double>(r.y[0]);
      const double e = objective.raw(model, {.dense = r.x}) - y;
      squares += e * e;
      total += (y - mean) * (y - mean);
    }
    CHECK(objective.value(point) == doctest::Approx(squares / total).epsilon(1e-4));
    std::vector<double> back(2);
    objective.point_of(model, back);
    CHECK(back[0] == doctest::Approx(point[0]).epsilon(1e-5));
    CHECK(back[1] == doctest::Approx(point[1]).epsilon(1e-5));
  }
  CHECK(objective.evaluations() == 3);
}

TEST_CASE("objective: penalties are on raw slopes") {
  Pool pool;
  const auto cost = [&](SearchPenalty penalty) {
    LinearObjective objective(
        {.loss = SearchLoss::squared, .shape = {}, .penalty = penalty, .alpha = 2, .l1_ratio = .25},
        pool);
    for (const float at : {-1.f, 1.f}) {
      const float y = 3 * at;
      const Example x{.dense = {&at, 1}, .label = {&y, 1}};
      REQUIRE(objective.add_names(x));
      objective.fit();
      objective.add(x, static_cast<double>(y));
    }
    return objective.value(std::vector<double>{1}) * 18;  // w = 3, fits exactly; SS_y = 18
  };
  CHECK(cost(SearchPenalty::none) == doctest::Approx(0));
  CHECK(cost(SearchPenalty::l1) == doctest::Approx(2 * 3));
  CHECK(cost(SearchPenalty::l2) == doctest::Approx(2 * 9));
  CHECK(cost(SearchPenalty::elasticnet) == doctest::Approx(2 * (.75 * 9 + .25 * 3)));
}

TEST_CASE("objective: halves join into the moments of the whole, features met apart included") {
  Pool pool;
  LinearObjective left({}, pool), right({}, pool), whole({}, pool);
  for (uint32_t k = 0; k < 30; k++) {
    const uint32_t index[] = {k < 15 ? 7u : 9u, k % 3};
    const float value[] = {1.5f, static_cast<float>(k)}, y[] = {static_cast<float>(k % 5)};
    const Example x{.numeric = {index, value}, .label = y};
    for (LinearObjective* into : {k < 15 ? &left : &right, &whole}) {
      REQUIRE(into->add_names(x));
      into->fit();
      into->add(x, static_cast<double>(y[0]));
    }
  }
  REQUIRE(left.merge(right));
  const std::vector<double> point{.3, -.2, .5, .7, -.4};
  std::vector<double> same(5);
  for (uint32_t row_there = 0; row_there < 5; row_there++)
    same[left.row_of(whole, row_there)] = point[row_there];
  CHECK(left.value(same) == doctest::Approx(whole.value(point)).epsilon(1e-9));
}

TEST_CASE("nelder_mead: finds an exact line, and counts every evaluation") {
  NelderMead model({.steps = 8});
  for (uint32_t k = 0; k < 200; k++) {
    const Row r = row(k);
    REQUIRE(model.learn({.dense = r.x, .label = r.y}, {}).ok());
  }
  CHECK(model.parameters()[0] == doctest::Approx(3).epsilon(.02));
  CHECK(model.parameters()[1] == doctest::Approx(2).epsilon(.001));
  CHECK(model.parameters()[2] == doctest::Approx(-1).epsilon(.001));
  // Three vertices again, and one to three per step.
  CHECK(model.evaluations() >= 200 * (3 + 8));
  CHECK(model.evaluations() <= 200 * (3 + 8 * 4));
}

TEST_CASE("nelder_mead: every loss gets near what it is for") {
  for (std::size_t k = 0; k < std::size(kSearchLosses); k++) {
    const auto loss = static_cast<SearchLoss>(k);
    const std::string name(kSearchLosses[k]);
    CAPTURE(name);
    NelderMead model({.loss = loss, .steps = 16, .window = 64, .every = 4});
    for (uint32_t n = 0; n < 1200; n++) {
      Row r = row(n, .1f);
      if (model.label() == Label::one_class) r.y[0] = r.x[0] > .2f ? 1.f : 0.f;
      if (loss == SearchLoss::poisson) r.y[0] = std::round(std::exp(1 + r.x[0] / 2));
      REQUIRE(model.learn({.dense = r.x, .label = r.y}, {}).ok());
    }
    const float low[] = {-1.5f, 100}, high[] = {1.5f, 100};
    const float at_low = predict(model, {.dense = low}), at_high = predict(model, {.dense = high});
    if (model.label() == Label::one_class) {
      CHECK(at_low < .3f);
      CHECK(at_high > .7f);
    } else if (loss == SearchLoss::poisson) {
      CHECK(at_low == doctest::Approx(std::exp(.25)).epsilon(.2));
      CHECK(at_high == doctest::Approx(std::exp(1.75)).epsilon(.2));
    } else {
      CHECK(at_low == doctest::Approx(-100).epsilon(.01));
      CHECK(at_high == doctest::Approx(-94).epsilon(.01));
    }
  }
}

TEST_CASE("nelder_mead: with a halflife it follows a line that has moved") {
  NelderMead still, fading({.halflife = 30});
  for (uint32_t k = 0; k < 600; k++) {
    Row r = row(k, .1f);
    if (k >= 300) r.y[0] = -r.y[0];
    REQUIRE(still.learn({.dense = r.x, .label = r.y}, {}).ok());
    REQUIRE(fading.learn({.dense = r.x, .label = r.y}, {}).ok());
  }
  CHECK(fading.parameters()[2] == doctest::Approx(1).epsilon(.05));
  const Row now = row(600);
  CHECK(std::abs(predict(fading, {.dense = now.x}) + now.y[0]) < 3);
  CHECK(std::abs(predict(still, {.dense = now.x}) + now.y[0]) > 50);
}

TEST_CASE("nelder_mead: a model put in its place takes part in the search") {
  NelderMead model({.steps = 1, .spread = 1e-9});
  for (uint32_t k = 0; k < 20; k++) {
    const Row r = row(k);
    REQUIRE(model.learn({.dense = r.x, .label = r.y}, {}).ok());
  }
  CHECK(std::abs(model.parameters()[2]) < .5f);  // so narrow a simplex has not come far
  const float right[] = {3, 2, -1};
  REQUIRE(model.replace(right).ok());
  const Row r = row(20);
  REQUIRE(model.learn({.dense = r.x, .label = r.y}, {}).ok());
  CHECK(model.parameters()[2] == doctest::Approx(-1).epsilon(.01));
}

TEST_CASE("nelder_mead: the latest best models are kept, also when a feature comes later") {
  NelderMead model({.history = 3});
  for (uint32_t k = 0; k < 10; k++) {
    const uint32_t index[] = {0, 50};
    const float value[] = {static_cast<float>(k), 1}, y[] = {static_cast<float>(2 * k)};
    const std::size_t n = k < 8 ? 1 : 2;
    const Example x{.numeric = {{index, n}, {value, n}}, .label = y};
    REQUIRE(model.learn(x, {}).ok());
  }
  CHECK(model.parameters().size() == 3);
  REQUIRE(model.history().size() == 9);
  CHECK(model.history()[2] == 0);  // of before it came
  for (std::size_t k = 0; k < 3; k++)
    CHECK(model.history()[6 + k] == model.parameters()[k]);
}

TEST_CASE("nelder_mead: past 256 features it says so and stays as it was") {
  NelderMead model({.loss = SearchLoss::absolute});
  const std::vector<float> wide(257, 1);
  const float y[] = {1};
  CHECK(model.learn({.dense = wide, .label = y}, {}).code() == Code::exhausted);
  CHECK(model.learn({.dense = std::span(wide).first(3), .label = y}, {}).ok());
  CHECK(model.parameters().size() == 4);
}

TEST_CASE("random_search: another seed goes another way to the same line") {
  RandomSearch one({.steps = 64, .seed = 1}), two({.steps = 64, .seed = 2});
  for (uint32_t k = 0; k < 200; k++) {
    const Row r = row(k);
    REQUIRE(one.learn({.dense = r.x, .label = r.y}, {}).ok());
    REQUIRE(two.learn({.dense = r.x, .label = r.y}, {}).ok());
  }
  CHECK(one.parameters()[1] != two.parameters()[1]);
  CHECK(one.parameters()[2] == doctest::Approx(-1).epsilon(.01));
  CHECK(two.parameters()[2] == doctest::Approx(-1).epsilon(.01));
  CHECK(one.evaluations() == 200 * 65);
}

}  // namespace freshet
