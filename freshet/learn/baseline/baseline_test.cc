#include <vector>

#include <doctest/doctest.h>

#include "freshet/learn/baseline/last_class.h"
#include "freshet/learn/baseline/last_value.h"
#include "freshet/learn/baseline/mean.h"
#include "freshet/learn/baseline/prior.h"

namespace freshet {
namespace {

void learn(Learner& learner, float label, float weight = 1) {
  REQUIRE(learner.learn({.label = {&label, 1}, .weight = weight}, {}).ok());
}

std::vector<float> predict(const Learner& learner) {
  std::vector<float> out(learner.outputs());
  learner.predict({}, out);
  return out;
}

}  // namespace

TEST_CASE("last_class: nothing, then what came last") {
  LastClass model;
  CHECK(model.outputs() == 0);
  learn(model, 0);
  CHECK(predict(model) == std::vector<float>{1, 0});
  learn(model, 2);
  CHECK(predict(model) == std::vector<float>{0, 0, 1});
}

TEST_CASE("prior: shares by weight") {
  Prior model;
  learn(model, 0, 3);
  learn(model, 1);
  CHECK(predict(model) == std::vector<float>{.75f, .25f});
  Prior other;
  learn(other, 2, 4);
  REQUIRE(model.merge(other).ok());
  CHECK(predict(model) == std::vector<float>{.375f, .125f, .5f});
}

TEST_CASE("mean and last_value: 0 before any target") {
  Mean mean;
  LastValue last;
  CHECK(predict(mean) == std::vector<float>{0});
  CHECK(predict(last) == std::vector<float>{0});
  for (const float y : {2.f, 4.f, 9.f}) {
    learn(mean, y);
    learn(last, y);
  }
  CHECK(predict(mean) == std::vector<float>{5});
  CHECK(predict(last) == std::vector<float>{9});
}

TEST_CASE("baselines: a class label is a whole number, and not a huge one") {
  Prior model;
  const float half = .5f, huge = 1e6f;
  CHECK(model.learn({.label = {&half, 1}}, {}).text() ==
        "prior: the label is not a class id (a whole number from 0 up)");
  CHECK(model.learn({.label = {&huge, 1}}, {}).code() == Code::exhausted);
}

}  // namespace freshet
