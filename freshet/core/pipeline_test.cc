#include "freshet/core/pipeline.h"

#include <limits>

#include <doctest/doctest.h>

#include "freshet/core/spec.h"
#include "freshet/core/testing.h"

using namespace freshet;
using freshet::testing::kRegistry;

namespace {
std::unique_ptr<Learner> make(std::string_view spec) {
  auto made = make_learner(spec, kRegistry);
  REQUIRE(made.ok());
  return std::move(*made);
}
float predict(const Learner& model, float value) {
  float out = 0;
  model.predict({.dense = {&value, 1}}, {&out, 1});
  return out;
}
}  // namespace

TEST_CASE("pipeline: a transform learns x, then transforms it; before is what predict said") {
  auto model = make("plus | average");
  const float x = 10, label = 4;
  float before = -1;
  REQUIRE(model->learn({.dense = {&x, 1}, .label = {&label, 1}}, {&before, 1}).ok());
  CHECK(before == 10);               // nothing learned: 0 + (10 + 0)
  CHECK(predict(*model, 10) == 15);  // mean 4 + (10 + 1)
}

TEST_CASE("pipeline: what is refused leaves every step as it was") {
  auto model = make("plus | average");
  const float x = 1, label = 2, bad = std::numeric_limits<float>::quiet_NaN();
  CHECK(model->learn({.dense = {&bad, 1}, .label = {&label, 1}}, {}).at() == 0);
  CHECK(model->learn({.dense = {&x, 1}}, {}).code() == Code::invalid_argument);
  CHECK(model->learn({.dense = {&x, 1}, .label = {&bad, 1}}, {}).at() == kBadLabel);
  CHECK(model->learn({.dense = {&x, 1}, .label = {&label, 1}, .weight = -1}, {}).at() ==
        kBadWeight);
  CHECK(model->learn({.dense = {&x, 1}, .label = {&label, 1}, .weight = 0}, {}).ok());
  CHECK(predict(*model, 1) == 1);
}

TEST_CASE("pipeline: a clone learns on its own") {
  auto model = make("plus | average");
  auto copy = model->clone();
  REQUIRE(copy.ok());
  const float x = 1, label = 2;
  REQUIRE((*copy)->learn({.dense = {&x, 1}, .label = {&label, 1}}, {}).ok());
  CHECK(predict(*model, 1) == 1);
  CHECK(predict(**copy, 1) == 4);
}
