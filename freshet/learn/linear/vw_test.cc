#include "freshet/learn/linear/vw.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::predict;

std::unique_ptr<Vw> vw(const VwOptions& options = {}) {
  auto made = Vw::make(options);
  if (!made.ok()) FAIL(made.status().text());
  return std::move(*made);
}

/// Features 1, 2, ... with these values, one group `f`.
struct Row {
  std::vector<uint32_t> index;
  std::vector<float> value;
  std::vector<Group> groups;
  float label;
  float weight = 1;

  Row(std::vector<float> values, float y) : value(std::move(values)), label(y) {
    for (uint32_t k = 0; k < value.size(); k++)
      index.push_back(k + 1);
    groups = {{'f', 0, static_cast<uint32_t>(value.size())}};
  }
  Example view() const {
    return {.numeric = {index, value}, .groups = groups, .label = {&label, 1}, .weight = weight};
  }
};

const Entry<Learner>* const kEntries[] = {find_entry(learner_entries(), "vw")};

std::vector<std::byte> bytes_of(const Learner& learner) {
  ModelFileWriter writer;
  REQUIRE(writer.add_learner(learner).ok());
  return writer.finish();
}

}  // namespace

TEST_CASE("vw: one example by hand, adaptive, normalized, invariant") {
  // x = 2 and the constant, y = 1: p = 0, g = -2, d = 4, G = {16, 4}, N = {2, 1}, s = 1/(N sqrt G) = {1/8, 1/2},
  // r = 2, q = 4/8 + 1/2 = 1, m = sqrt(1/2), so q = .70711, e = .5, u = (1 - exp(-2 .5 q))/q.
  const auto one = vw();
  const Row row({2}, 1);
  float before = -1;
  REQUIRE(one->learn(row.view(), {&before, 1}).ok());
  CHECK(before == 0);
  const double m = std::sqrt(.5), u = (1 - std::exp(-m)) / m;
  const double w = u * m * 2 / 8, constant = u * m / 2;
  float parts[2];
  REQUIRE(one->explain(row.view(), parts).ok());
  CHECK(parts[0] == doctest::Approx(w * 2));
  CHECK(parts[1] == doctest::Approx(constant));
  CHECK(predict(*one, row.view()) == doctest::Approx(w * 2 + constant));
  CHECK(one->progress()->loss_sum == 1);
  CHECK(one->progress()->features == 2);
}

TEST_CASE("vw: an example of weight 3 moves as far as three of weight 1, without rates that fall") {
  // Invariance is exact where nothing but the weight changes: plain rates.
  const VwOptions options{.adaptive = false, .normalized = false, .learning_rate = .01};
  for (const ImportanceLoss loss : {ImportanceLoss::squared, ImportanceLoss::logistic,
                                    ImportanceLoss::hinge, ImportanceLoss::quantile}) {
    // Rates fall with the sum of weights, so tiny weights stand for equal rates.
    VwOptions with = options;
    with.loss = loss;
    with.tau = .3;
    const auto heavy = vw(with), thrice = vw(with);
    Row row({1, -2}, 1);
    row.weight = 3e-3f;
    REQUIRE(heavy->learn(row.view(), {}).ok());
    row.weight = 1e-3f;
    for (int k = 0; k < 3; k++)
      REQUIRE(thrice->learn(row.view(), {}).ok());
    CHECK(heavy->score(row.view()) == doctest::Approx(thrice->score(row.view())).epsilon(2e-3));
  }
}

TEST_CASE("vw: predictions stay within the labels met; ends can be fixed") {
  const auto free = vw(), fixed = vw({.min_prediction = -1, .max_prediction = 100});
  for (const auto* learner : {free.get(), fixed.get()}) {
    auto& student = const_cast<Vw&>(*learner);
    for (int k = 0; k < 200; k++)
      REQUIRE(student.learn(Row({static_cast<float>(k % 4)}, static_cast<float>(k % 4)).view(), {})
                  .ok());
  }
  CHECK(predict(*free, Row({50}, 0).view()) == 3);
  CHECK(predict(*free, Row({-50}, 0).view()) == 0);
  CHECK(predict(*fixed, Row({5}, 0).view()) > 3.5f);
  CHECK(predict(*fixed, Row({-50}, 0).view()) == -1);
}

TEST_CASE("vw: a value that grew shrinks its weight, so scale doesn't matter") {
  const auto a = vw(), b = vw();
  for (int k = 0; k < 300; k++) {
    const float x = static_cast<float>(k % 5) - 2;
    REQUIRE(a->learn(Row({x}, 2 * x).view(), {}).ok());
    REQUIRE(b->learn(Row({x * 1024}, 2 * x).view(), {}).ok());
  }
  CHECK(predict(*a, Row({1.5f}, 0).view()) ==
        doctest::Approx(predict(*b, Row({1536}, 0).view())).epsilon(1e-4));
}

TEST_CASE("vw: a repeated index counts twice, wherever it stands among sixteen") {
  const auto one = vw({.bias = ConstantRule::none});
  std::vector<uint32_t> index;
  std::vector<float> value(19, 1);
  for (uint32_t k = 0; k < 19; k++)
    index.push_back(k == 2 || k == 5 || k == 17 ? 7 : 100 + k);
  const float y = 1;
  const Example x{.numeric = {index, value}, .label = {&y, 1}};
  for (int k = 0; k < 50; k++)
    REQUIRE(one->learn(x, {}).ok());
  float parts[20];
  REQUIRE(one->explain(x, parts).ok());
  CHECK(parts[2] == parts[5]);
  CHECK(parts[2] == parts[17]);
  double sum = 0;
  for (const float part : parts)
    sum += static_cast<double>(part);
  CHECK(sum == doctest::Approx(one->score(x)).epsilon(1e-5));
  // Its row met three gradients an example: its own rate is 1/sqrt(3) of the others', and it moved three times.
  CHECK(parts[2] == doctest::Approx(3 / std::sqrt(3.) * parts[0]).epsilon(1e-3));
}

TEST_CASE("vw: parts of an explanation add up to the score, interactions shared by their factors") {
  const auto one = vw({.loss = ImportanceLoss::logistic, .interactions = "ff"});
  Row row({1, 0, -2, 3}, 1);
  for (int k = 0; k < 40; k++) {
    row.label = k % 3 == 0 ? 1.0f : -1.0f;
    row.value[0] = static_cast<float>(k % 5);
    REQUIRE(one->learn(row.view(), {}).ok());
  }
  float parts[5];
  REQUIRE(one->explain(row.view(), parts).ok());
  double sum = 0;
  for (const float part : parts)
    sum += static_cast<double>(part);
  CHECK(sum == doctest::Approx(one->score(row.view())).epsilon(1e-4));
  CHECK(parts[1] == 0);  // a zero is absent
  CHECK(one->explain(row.view(), std::span(parts).first(4)).code() == Code::invalid_argument);
}

TEST_CASE("vw: dense, by index and with zeros are the same example") {
  for (const char* interactions : {"", "::"}) {
    const auto a = vw({.interactions = interactions}), b = vw({.interactions = interactions}),
               c = vw({.interactions = interactions});
    for (int k = 0; k < 30; k++) {
      const float y = static_cast<float>(k % 3);
      const float dense[] = {1, 0, static_cast<float>(k), -2};
      const uint32_t index[] = {0, 1, 2, 3}, some[] = {0, 2, 3};
      const float all[] = {1, 0, static_cast<float>(k), -2};
      const float few[] = {1, static_cast<float>(k), -2};
      const Group group[] = {{32, 0, 4}}, of_few[] = {{32, 0, 3}};
      REQUIRE(a->learn({.dense = dense, .label = {&y, 1}}, {}).ok());
      REQUIRE(b->learn({.numeric = {index, all}, .groups = group, .label = {&y, 1}}, {}).ok());
      REQUIRE(c->learn({.numeric = {some, few}, .groups = of_few, .label = {&y, 1}}, {}).ok());
    }
    if (interactions[0] == 0) CHECK(a->progress()->features == 30 * 4 - 1);
    if (interactions[0] != 0) CHECK(a->progress()->features == 30 * 10 - 4);  // k = 0 leaves two
    const float x[] = {1, 2, 3, 4};
    CHECK(predict(*a, {.dense = x}) == predict(*b, {.dense = x}));
    CHECK(predict(*a, {.dense = x}) == predict(*c, {.dense = x}));
  }
}

TEST_CASE("vw: an initial value is added, not learned, and is no feature") {
  const auto one = vw({.max_prediction = 100});
  const uint32_t index[] = {1, 99};
  const float value[] = {1, 40};
  const Group groups[] = {{32, 0, 1}, {kInitialGroup, 1, 2}};
  const float y = 41;
  const Example x{.numeric = {index, value}, .groups = groups, .label = {&y, 1}};
  CHECK(predict(*one, x) == 40);
  for (int k = 0; k < 100; k++)
    REQUIRE(one->learn(x, {}).ok());
  CHECK(one->progress()->features == 200);
  CHECK(predict(*one, x) == doctest::Approx(41).epsilon(1e-3));
  const Example without{.numeric = {std::span(index).first(1), std::span(value).first(1)}};
  CHECK(predict(*one, without) == doctest::Approx(1).epsilon(.05));
}

TEST_CASE("vw: l1 drives useless weights to nothing; the penalties survive folding") {
  const VwOptions options{.loss = ImportanceLoss::logistic, .l1 = 20, .l2 = .01};
  const auto one = vw(options);
  for (int k = 0; k < 3000; k++) {
    const float sign = k % 2 == 0 ? 1.0f : -1.0f;
    REQUIRE(one->learn(Row({sign, static_cast<float>(k % 7) - 3}, sign).view(), {}).ok());
  }
  float parts[3];
  REQUIRE(one->explain(Row({1, 1}, 0).view(), parts).ok());
  CHECK(parts[1] == 0);
  CHECK(std::isfinite(parts[0]));
}

TEST_CASE("vw: overflow leaves the state finite and is counted") {
  for (const bool sgd : {false, true}) {
    const auto one = vw({.sgd = sgd});
    const float huge = 3e38f;
    for (const float value : {huge, 1e30f, 1e19f, 1e-38f, 1e-45f}) {
      for (const float y : {1.0f, -1e30f, huge})
        REQUIRE(one->learn(Row({value, 1, -value}, y).view(), {}).ok());
      CHECK(std::isfinite(predict(*one, Row({value, value}, 0).view())));
    }
    CHECK(one->model().skipped() > 0);
  }
  const auto crossed = vw({.interactions = "fff"});
  REQUIRE(crossed->learn(Row({1e20f, -1e20f}, 1).view(), {}).ok());
  CHECK(crossed->model().skipped() == 1);
  CHECK(std::isfinite(predict(*crossed, Row({1e20f, -1e20f}, 0).view())));
}

TEST_CASE("vw: files hold the rows in use, or all of them; both come back, also to predict only") {
  for (const uint32_t bits : {10u, 4u}) {
    const auto one = vw({.bits = bits});
    for (int k = 0; k < 100; k++)
      REQUIRE(
          one->learn(Row({1, 2, 3, static_cast<float>(k % 3)}, static_cast<float>(k % 2)).view(),
                     {})
              .ok());
    const auto bytes = bytes_of(*one);
    auto file = ModelFileReader::open(bytes);
    REQUIRE(file.ok());
    CHECK(file->tensor("0/rows").ok() == (bits == 10));
    const Registry registry{kEntries, {}, {}, {}, nullptr, nullptr};
    auto again = file->learner(registry);
    REQUIRE(again.ok());
    CHECK(bytes_of(**again) == bytes);
    const Row row({3, 2, 1, 5}, 1);
    CHECK(predict(**again, row.view()) == predict(*one, row.view()));
  }
}

TEST_CASE("vw: learn_many is the loop, and says which example it refused") {
  const auto loop = vw(), many = vw();
  std::vector<Row> rows;
  for (int k = 0; k < 20; k++)
    rows.emplace_back(std::vector<float>(static_cast<std::size_t>(k), 1.5f),
                      static_cast<float>(k % 2));
  std::vector<Example> views;
  for (const Row& row : rows)
    views.push_back(row.view());
  std::vector<float> before(20), said(20);
  REQUIRE(many->learn_many(views, views, before).ok());
  for (std::size_t k = 0; k < 20; k++)
    REQUIRE(loop->learn(views[k], {&said[k], 1}).ok());
  CHECK(before == said);
  CHECK(bytes_of(*loop) == bytes_of(*many));
  views[3].weight = -1;
  const Status refused = many->learn_many(views, views, {});
  CHECK(refused.code() == Code::invalid_argument);
  CHECK(refused.at() == 3);
}

TEST_CASE("vw: what can't be is refused in words") {
  CHECK(Vw::make({.interactions = "a"}).status().code() == Code::invalid_argument);
  CHECK(Vw::make({.bits = 20, .memory = 1 << 20}).status().code() == Code::exhausted);
  const auto one = vw({.loss = ImportanceLoss::logistic});
  CHECK(one->learn(Row({1}, 2).view(), {}).code() == Code::invalid_argument);
  const auto number = vw();
  CHECK(one->merge(*number).code() == Code::invalid_argument);
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(number->learn(Row({1, nan}, 2).view(), {}).at() == 2);
}

TEST_CASE("vw: halves joined know what both have met") {
  const auto left = vw(), right = vw();
  for (int k = 0; k < 200; k++) {
    const float x = static_cast<float>(k % 5);
    REQUIRE(left->learn(Row({x, 0}, x).view(), {}).ok());
    REQUIRE(right->learn(Row({0, x}, 2 * x).view(), {}).ok());
  }
  REQUIRE(left->merge(*right).ok());
  CHECK(predict(*left, Row({3, 0}, 0).view()) == doctest::Approx(3).epsilon(.3));
  CHECK(predict(*left, Row({0, 3}, 0).view()) == doctest::Approx(6).epsilon(.3));
}

}  // namespace freshet
