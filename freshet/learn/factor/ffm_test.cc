#include "freshet/learn/factor/ffm.h"

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
constexpr uint32_t kFactors = 4, kFields = 3, kWidth = 1 + kFactors * kFields;

std::unique_ptr<Ffm> ffm(const FfmOptions& options = {}) {
  return made<Ffm>(options);
}

// Three groups of two, one and two features; fields 0, 1, 2 by appearance.
constexpr uint32_t kIndex[] = {6, 0, 3, 5, 1};
constexpr float kValue[] = {1, -2, .5f, 3, -1};
constexpr Group kGroups[] = {{'a', 0, 2}, {'b', 2, 3}, {'c', 3, 5}};
constexpr uint32_t kField[] = {0, 0, 1, 2, 2};
constexpr Example kRow{
    .dense = {}, .numeric = {kIndex, kValue}, .nominal = {}, .text = {}, .groups = kGroups};

std::vector<float> numbers() {
  Draws draws(3, 0, 0);
  std::vector<float> all(1 + 8 * kWidth);
  for (float& x : all)
    x = static_cast<float>(draws.normal());
  return all;
}

/// The loop over pairs of features of different fields.
double by_pairs(const std::vector<float>& p) {
  const auto at = [&](std::size_t i, uint32_t field, uint32_t k) {
    return static_cast<double>(p[1 + kIndex[i] * kWidth + 1 + field * kFactors + k]);
  };
  const auto value = [&](std::size_t i) { return static_cast<double>(kValue[i]); };
  double sum = static_cast<double>(p[0]);
  for (std::size_t i = 0; i < 5; i++) {
    sum += static_cast<double>(p[1 + kIndex[i] * kWidth]) * value(i);
    for (std::size_t j = i + 1; j < 5; j++)
      for (uint32_t k = 0; k < kFactors && kField[i] != kField[j]; k++)
        sum += at(i, kField[j], k) * at(j, kField[i], k) * value(i) * value(j);
  }
  return sum;
}

FfmOptions small() {
  return {.factors = kFactors,
          .fields = kFields,
          .bits = 3,
          .loss = FactorLoss::squared,
          .optimizer = FactorOptimizer::sgd,
          .learning_rate = 1e-3,
          .factor_rate = 1e-3,
          .intercept_rate = 1e-3};
}

/// A model that has met the fields, with these numbers.
std::unique_ptr<Ffm> with(const std::vector<float>& p) {
  auto model = ffm(small());
  Example x = kRow;
  x.label = kNegative;
  REQUIRE(model->learn(x, {}).ok());
  REQUIRE(model->replace(p).ok());
  return model;
}

}  // namespace

TEST_CASE("ffm: the sums over fields give what the loop over pairs gives") {
  const std::vector<float> p = numbers();
  const auto model = with(p);
  CHECK(predict(*model, kRow) == doctest::Approx(by_pairs(p)).epsilon(1e-5));
  std::vector<float> parts(6);
  REQUIRE(model->explain(kRow, parts).ok());
  float sum = 0;
  for (const float part : parts)
    sum += part;
  CHECK(sum == doctest::Approx(by_pairs(p)).epsilon(1e-4));
}

TEST_CASE("ffm: a step of sgd goes along the gradient, by central differences") {
  const std::vector<float> p = numbers();
  const auto model = with(p);
  const float y[] = {.7f};
  Example x = kRow;
  x.label = y;
  REQUIRE(model->learn(x, {}).ok());
  const auto cost = [&](const std::vector<float>& at) {
    const double e = by_pairs(at) - static_cast<double>(y[0]);
    return e * e;
  };
  for (std::size_t k = 0; k < p.size(); k++) {
    std::vector<float> up = p, down = p;
    up[k] += 1e-2f;
    down[k] -= 1e-2f;
    const double slope =
        (cost(up) - cost(down)) / (static_cast<double>(up[k]) - static_cast<double>(down[k]));
    const double moved =
        (static_cast<double>(p[k]) - static_cast<double>(model->parameters()[k])) / 1e-3;
    CAPTURE(k);
    CHECK(moved == doctest::Approx(slope).epsilon(2e-3));
  }
}

TEST_CASE("ffm: learns a product of fields; columns are fields where there are no groups") {
  auto groups = ffm({.bits = 8, .factor_rate = .1, .init = .1}),
       columns = ffm({.bits = 8, .factor_rate = .1, .init = .1});
  int right = 0, as_right = 0;
  for (uint32_t k = 0; k < 6000; k++) {
    Draws draws(9, 0, k);
    const uint32_t index[] = {draws.below(2), 2 + draws.below(2)}, column[] = {0, 1};
    const float value[] = {1, 1};
    const Group group[] = {{'a', 0, 1}, {'b', 1, 2}};
    const bool is_positive = (index[0] == 0) == (index[1] == 2);
    const auto& label = is_positive ? kPositive : kNegative;
    float before = 0, as_before = 0;
    REQUIRE(
        groups->learn({.numeric = {index, value}, .groups = group, .label = label}, {&before, 1})
            .ok());
    REQUIRE(columns->learn({.nominal = {column, index}, .label = label}, {&as_before, 1}).ok());
    right += k >= 5000 && (before > .5f) == is_positive;
    as_right += k >= 5000 && (as_before > .5f) == is_positive;
  }
  CHECK(right == 1000);
  CHECK(as_right == 1000);
}

TEST_CASE("ffm: past `fields` it says so and stays as it was; predicting just leaves them out") {
  auto model = ffm({.fields = 2, .bits = 8});
  const float three[] = {1, 2, 3};
  const Example two{.dense = {three, 2}, .label = kPositive},
      wide{.dense = three, .label = kPositive};
  REQUIRE(model->learn(two, {}).ok());
  const std::vector<float> was(model->parameters().begin(), model->parameters().end());
  CHECK(model->learn(wide, {}).code() == Code::exhausted);
  CHECK(std::vector<float>(model->parameters().begin(), model->parameters().end()) == was);
  CHECK(predict(*model, wide) == predict(*model, two));
}

TEST_CASE("ffm: models whose fields have other numbers don't merge") {
  auto a = ffm({.bits = 8}), b = ffm({.bits = 8}), c = ffm({.bits = 8});
  const uint32_t index[] = {1, 2};
  const float value[] = {1, 1};
  const Group ab[] = {{'a', 0, 1}, {'b', 1, 2}}, ba[] = {{'b', 0, 1}, {'a', 1, 2}};
  const Example x{.numeric = {index, value}, .groups = ab, .label = kPositive};
  const Example y{.numeric = {index, value}, .groups = ba, .label = kPositive};
  REQUIRE(a->learn(x, {}).ok());
  REQUIRE(b->learn(x, {}).ok());
  REQUIRE(c->learn(y, {}).ok());
  CHECK(a->merge(*b).ok());
  CHECK(a->merge(*c).code() == Code::unsupported);
}

}  // namespace freshet
