#include "freshet/learn/linear/ad_predictor.h"

#include <cmath>

#include <doctest/doctest.h>

#include "freshet/base/normal.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::made;
using testing::predict;

constexpr float kPositive[] = {1}, kNegative[] = {0}, kOne[] = {1};

std::unique_ptr<AdPredictor> ad_predictor(const AdPredictorOptions& options = {}) {
  return made<AdPredictor>(options);
}

}  // namespace

TEST_CASE("ad_predictor: one step by hand") {
  auto model = ad_predictor({.beta = 1, .epsilon = 0});
  REQUIRE(model->learn({.dense = kOne, .label = kPositive}, {}).ok());
  // s^2 = 2, t = 0: v = .797885, u = v^2; mu = v / sqrt 2, var = 1 - u / 2
  const double v = std::sqrt(2 / 3.14159265358979), variance = 1 - v * v / 2;
  CHECK(predict(*model, {.dense = kOne}) ==
        doctest::Approx(normal_cdf(v / std::sqrt(2) / std::sqrt(1 + variance))));
}

TEST_CASE(
    "ad_predictor: what nothing is known of is expected to be positive as often as `prior` says") {
  auto model = ad_predictor({.prior = .02});
  CHECK(predict(*model, {.dense = kOne}) == doctest::Approx(.02));
}

TEST_CASE("ad_predictor: a weight that is not met any more stays; one that is met drifts back") {
  auto model = ad_predictor({.epsilon = .5});
  for (int k = 0; k < 20; k++) {
    const uint32_t index = k % 2 == 0 ? 3u : 4u;
    REQUIRE(model->learn({.numeric = {{&index, 1}, kOne}, .label = kPositive}, {}).ok());
  }
  const uint32_t three = 3, four = 4;
  const float was = predict(*model, {.numeric = {{&three, 1}, kOne}});
  CHECK(was > .6f);
  for (int k = 0; k < 3; k++)
    REQUIRE(model->learn({.numeric = {{&four, 1}, kOne}, .label = kNegative}, {}).ok());
  CHECK(predict(*model, {.numeric = {{&three, 1}, kOne}}) == was);
  CHECK(predict(*model, {.numeric = {{&four, 1}, kOne}}) < .5f);
}

TEST_CASE("ad_predictor: two beliefs about one weight join into a surer one") {
  auto a = ad_predictor({.epsilon = 0}), b = ad_predictor({.epsilon = 0});
  REQUIRE(a->learn({.dense = kOne, .label = kPositive}, {}).ok());
  REQUIRE(b->learn({.dense = kOne, .label = kPositive}, {}).ok());
  const float alone = predict(*a, {.dense = kOne});
  REQUIRE(a->merge(*b).ok());
  CHECK(predict(*a, {.dense = kOne}) > alone);
  auto fresh = ad_predictor({.epsilon = 0});
  const float joined = predict(*a, {.dense = kOne});
  REQUIRE(a->merge(*fresh).ok());  // knows nothing: changes nothing
  CHECK(predict(*a, {.dense = kOne}) == joined);
}

}  // namespace freshet
