#include "freshet/learn/bayes/naive_bayes.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

namespace freshet {
namespace {

void learn(NaiveBayes& model, std::vector<float> dense, float label) {
  REQUIRE(model.learn({.dense = dense, .label = {&label, 1}}, {}).ok());
}

std::vector<float> predict(const NaiveBayes& model, const Example& x) {
  std::vector<float> out(model.outputs());
  model.predict(x, out);
  return out;
}

}  // namespace

TEST_CASE("naive_bayes: two Gaussians by hand") {
  NaiveBayes model;
  for (const float x : {1.f, 2.f, 3.f})
    learn(model, {x}, 0);  // mean 2, variance 1
  for (const float x : {4.f, 8.f})
    learn(model, {x}, 1);  // mean 6, variance 8
  const float x[] = {3};
  const auto density = [](double d, double v) {
    return std::exp(-d * d / (2 * v)) / std::sqrt(2 * 3.14159265358979 * v);
  };
  const double a = .6 * (1e-9 + density(1, 1)), b = .4 * (1e-9 + density(3, 8));
  CHECK(predict(model, {.dense = x})[1] == doctest::Approx(b / (a + b)));
}

TEST_CASE("naive_bayes: an absent feature is skipped, an unknown one says nothing") {
  NaiveBayes model;
  for (const float x : {1.f, 2.f, 3.f})
    learn(model, {x}, 0);
  learn(model, {9}, 1);
  CHECK(predict(model, {})[0] == doctest::Approx(.75));
  const uint32_t unknown[] = {55};
  const float value[] = {1};
  CHECK(predict(model, {.numeric = {unknown, value}})[0] == doctest::Approx(.75));
}

TEST_CASE("naive_bayes: categories are counted with one added for each, and one more") {
  NaiveBayes model;
  const uint32_t feature[] = {4}, red[] = {0}, blue[] = {1}, green[] = {2};
  const float zero[] = {0}, one[] = {1};
  const auto teach = [&](std::span<const uint32_t> category, std::span<const float> label) {
    REQUIRE(model.learn({.nominal = {feature, category}, .label = label}, {}).ok());
  };
  teach(red, zero);
  teach(red, zero);
  teach(blue, one);
  // V = 2. red: 3/5 for class 0, 1/4 for class 1; priors 2/3, 1/3.
  const double a = 2. / 3 * 3 / 5, b = 1. / 3 * 1 / 4;
  CHECK(predict(model, {.nominal = {feature, red}})[0] == doctest::Approx(a / (a + b)));
  const double c = 2. / 3 * 1 / 5, d = 1. / 3 * 1 / 4;  // green: in neither
  CHECK(predict(model, {.nominal = {feature, green}})[0] == doctest::Approx(c / (c + d)));
}

}  // namespace freshet
