#include "freshet/learn/linear/logistic.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::made;
using testing::predict;

std::unique_ptr<Logistic> logistic(const LogisticOptions& options = {}) {
  return made<Logistic>(options);
}

constexpr float kPositive[] = {1}, kNegative[] = {0}, kMinus[] = {-1}, kTwo[] = {2};
constexpr float kValues[] = {1, 2};

}  // namespace

TEST_CASE("logistic: before any label the answer is a half") {
  CHECK(predict(*logistic(), {}) == .5f);
  CHECK(predict(*logistic(), {.dense = kValues}) == .5f);
}

TEST_CASE("logistic: one step by hand") {
  auto model = logistic({.learning_rate = .5});
  float before = -1;
  REQUIRE(model->learn({.dense = kValues, .label = kPositive}, {&before, 1}).ok());
  CHECK(before == .5f);
  // g = -1/2; w = {.25, .5}; b = .005; raw = .25 + 1 + .005
  CHECK(predict(*model, {.dense = kValues}) == doctest::Approx(1 / (1 + std::exp(-1.255))));
}

TEST_CASE("logistic: -1 is another name of 0") {
  auto a = logistic(), b = logistic();
  REQUIRE(a->learn({.dense = kValues, .label = kNegative}, {}).ok());
  REQUIRE(b->learn({.dense = kValues, .label = kMinus}, {}).ok());
  CHECK(predict(*a, {.dense = kValues}) == predict(*b, {.dense = kValues}));
}

TEST_CASE("logistic: a third class is refused and names what takes more") {
  auto model = logistic();
  const Status status = model->learn({.dense = kValues, .label = kTwo}, {});
  CHECK(status.code() == Code::invalid_argument);
  CHECK(status.text() == "logistic: a third class; use softmax or one_vs_rest");
  CHECK(predict(*model, {.dense = kValues}) == .5f);
}

TEST_CASE("logistic: bad values, weights and labels are refused, the feature named") {
  auto model = logistic();
  const float bad[] = {1, std::numeric_limits<float>::quiet_NaN()};
  Status status = model->learn({.dense = bad, .label = kPositive}, {});
  CHECK(status.code() == Code::invalid_argument);
  CHECK(status.at() == 1);
  status = model->learn({.dense = kValues, .label = kPositive, .weight = -1}, {});
  CHECK(status.at() == kBadWeight);
  status = model->learn({.dense = kValues}, {});
  CHECK(status.code() == Code::invalid_argument);
  CHECK(status.text() == "logistic: no label to learn from; give one, or only predict");
}

TEST_CASE("logistic: hashed and dictionary agree where nothing collides") {
  auto hashed = logistic({.bits = 10}), named = logistic();
  CHECK((hashed->traits() & kLive) != 0);
  CHECK((named->traits() & kLive) == 0);
  const uint32_t index[] = {3, 700};
  const Example x{.numeric = {index, kValues}, .label = kPositive};
  for (int k = 0; k < 5; k++) {
    REQUIRE(hashed->learn(x, {}).ok());
    REQUIRE(named->learn(x, {}).ok());
  }
  CHECK(predict(*hashed, x) == predict(*named, x));
  float live = -1;
  hashed->predict_live(x, {&live, 1});
  CHECK(live == predict(*hashed, x));
}

TEST_CASE("logistic: a nominal pair is a feature of its own") {
  auto model = logistic();
  const uint32_t feature[] = {0}, red[] = {0}, blue[] = {1};
  for (int k = 0; k < 50; k++) {
    REQUIRE(model->learn({.nominal = {feature, red}, .label = kPositive}, {}).ok());
    REQUIRE(model->learn({.nominal = {feature, blue}, .label = kNegative}, {}).ok());
  }
  CHECK(predict(*model, {.nominal = {feature, red}}) > .5f);
  CHECK(predict(*model, {.nominal = {feature, blue}}) < .5f);
}

TEST_CASE("logistic: explain splits the raw score, the bias last") {
  auto model = logistic({.learning_rate = .5});
  REQUIRE(model->learn({.dense = kValues, .label = kPositive}, {}).ok());
  float parts[3];
  REQUIRE(model->explain({.dense = kValues}, parts).ok());
  CHECK(parts[0] == doctest::Approx(.25));
  CHECK(parts[1] == doctest::Approx(1));
  CHECK(parts[2] == doctest::Approx(.005));
  CHECK(model->explain({.dense = kValues}, {parts, 2}).code() == Code::invalid_argument);
}

TEST_CASE("logistic: 2^30 weights cost only what is touched; a memory limit refuses them") {
  auto made = Logistic::make({.bits = 30});
  REQUIRE(made.ok());
  CHECK((*made)->bytes() < (1u << 20));
  CHECK(Logistic::make({.bits = 20, .memory = 1 << 20}).status().code() == Code::exhausted);
}

TEST_CASE("logistic: a dictionary past its memory says exhausted and stays as it was") {
  auto model = logistic({.memory = 4096});
  const float one[] = {1};
  Status status;
  uint32_t names = 0;
  for (uint32_t k = 0; k < 10000 && status.ok(); k++) {
    status = model->learn({.numeric = {{&k, 1}, one}, .label = kPositive}, {});
    names += status.ok();
  }
  CHECK(status.code() == Code::exhausted);
  CHECK(names > 50);
  CHECK(model->parameters().size() == names + 1);
  CHECK(model->bytes() <= 4096);
  const uint32_t known = 3;
  CHECK(model->learn({.numeric = {{&known, 1}, one}, .label = kPositive}, {}).ok());
}

TEST_CASE("logistic: steps to infinity are left out") {
  auto model = logistic({.learning_rate = 1000, .clip = 1e30});
  const float huge[] = {1e30f, -1e30f};
  for (int k = 0; k < 100; k++)
    REQUIRE(
        model->learn({.dense = huge, .label = k % 2 ? kPositive : kNegative, .weight = 1e10f}, {})
            .ok());
  CHECK(model->skipped() > 0);
  for (const float w : model->parameters())
    CHECK(std::isfinite(w));
  const float p = predict(*model, {.dense = huge});
  CHECK((p >= 0 && p <= 1));
}

TEST_CASE("logistic: merging halves weighs them by what they have learned") {
  auto a = logistic({.learning_rate = .1}), b = logistic({.learning_rate = .1});
  for (int k = 0; k < 3; k++)
    REQUIRE(a->learn({.dense = kValues, .label = kPositive}, {}).ok());
  REQUIRE(b->learn({.dense = kValues, .label = kNegative}, {}).ok());
  const float expected = a->parameters()[1] + (b->parameters()[1] - a->parameters()[1]) / 4;
  REQUIRE(a->merge(*b).ok());
  CHECK(a->parameters()[1] == doctest::Approx(expected));
  CHECK(a->merge(*logistic({.l2 = 1})).code() == Code::invalid_argument);
}

}  // namespace freshet
