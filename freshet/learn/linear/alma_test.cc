#include "freshet/learn/linear/alma.h"

#include <cmath>
#include <initializer_list>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::made;
using testing::predict;

constexpr float kPositive[] = {1}, kNegative[] = {0};

std::unique_ptr<Alma> alma(const AlmaOptions& options = {}) {
  return made<Alma>(options);
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

TEST_CASE("alma: two steps by hand, the norm held at 1") {
  auto model = alma();
  const float x[] = {3, 4};
  REQUIRE(model->learn({.dense = x, .label = kPositive}, {}).ok());
  // w = sqrt 2 (3, 4) / norm = (.6, .8)
  CHECK(predict(*model, {.dense = x}) == doctest::Approx(sigmoid(5)));
  const float right[] = {.02f, 0};
  REQUIRE(model->learn({.dense = right, .label = kPositive}, {}).ok());
  // raw .012 < .1 / .9 / sqrt 2: w = (.6 + .02, .8) / norm
  const double norm = std::sqrt(.62 * .62 + .64);
  CHECK(predict(*model, {.dense = x}) == doctest::Approx(sigmoid((3 * .62 + 3.2) / norm)));
}

TEST_CASE("alma: a margin that is wide enough teaches nothing") {
  auto model = alma();
  const float x[] = {1}, far[] = {9};
  REQUIRE(model->learn({.dense = x, .label = kPositive}, {}).ok());
  const float was = predict(*model, {.dense = x});
  REQUIRE(model->learn({.dense = far, .label = kPositive}, {}).ok());
  CHECK(predict(*model, {.dense = x}) == was);
}

TEST_CASE(
    "alma: the factor in front of the weights changes nothing, in every norm, hashed or not") {
  for (const double p : {1.5, 2., 3.}) {
    for (const uint32_t bits : {0u, 15u}) {
      auto model = alma({.p = p, .bits = bits});
      std::vector<double> w(200);
      double k = 1;
      uint32_t at = 1;
      for (int n = 0; n < 20'000; n++) {
        at = at * 1664525u + 1013904223u;
        const uint32_t index[] = {at % 40, 100 + (at >> 8) % 7};
        const float value[] = {static_cast<float>((at >> 12) % 11) - 5, 1};
        const auto* label = index[0] % 3 == 0 ? kPositive : kNegative;
        REQUIRE(model->learn({.numeric = {index, value}, .label = {label, 1}}, {}).ok());
        const double y = label == kPositive ? 1 : -1;
        const double first = static_cast<double>(value[0]);
        const double raw = w[index[0]] * first + w[index[1]];
        if (y * raw >= (1 - .9) / .9 * std::sqrt(p - 1) / std::sqrt(k)) continue;
        const double step = std::sqrt(2) / (std::sqrt(p - 1) * std::sqrt(k)) * y;
        w[index[0]] += step * first;
        w[index[1]] += step;
        double norm = 0;
        for (const double v : w)
          norm += std::pow(std::abs(v), p);
        norm = std::pow(norm, 1 / p);
        for (double& v : w)
          v /= norm > 1 ? norm : 1;
        k += 1;
      }
      for (uint32_t index = 0; index < 107; index++) {
        const float one = 1;
        float parts[2];
        REQUIRE(model->explain({.numeric = {{&index, 1}, {&one, 1}}}, parts).ok());
        CHECK(std::abs(static_cast<double>(parts[0]) - w[index]) < 1e-5);
      }
    }
  }
}

}  // namespace freshet
