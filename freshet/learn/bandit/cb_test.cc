#include "freshet/learn/bandit/cb.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::learners;

std::unique_ptr<Learner> make(const std::string& spec) {
  auto made = make_learner(spec, learners(), 7);
  if (!made.ok()) FAIL(made.status().text());
  return std::move(*made);
}

/// Three actions, 'a' + k, for a user of two kinds, group U; user 0 wants action 0, user 1 action 2.
struct Scene {
  uint32_t user_index[1], action_index[3][1];
  float one[1] = {1};
  Group user_group[1] = {{'U', 0, 1}}, action_group[1] = {{'A', 0, 1}};
  Example actions[3];
  Decision decision;

  explicit Scene(uint32_t user, int32_t chosen = -1, float probability = 1) {
    user_index[0] = 1000 + user;
    decision.shared = {.numeric = {user_index, one}, .groups = user_group};
    for (uint32_t k = 0; k < 3; k++) {
      action_index[k][0] = 5 + 77 * k;
      actions[k] = {.numeric = {action_index[k], one}, .groups = action_group};
    }
    decision.actions = actions;
    decision.chosen = chosen;
    decision.probability = probability;
    decision.cost = chosen == (user == 0 ? 0 : 2) ? -1.f : 0.f;
  }
  Scene(const Scene&) = delete;
};

std::vector<float> ask(const Learner& learner, uint32_t user) {
  const Scene scene(user);
  std::vector<float> out(3);
  learner.predict_decision(scene.decision, out);
  return out;
}

/// Decisions at random, each action with probability 1/3.
void teach(Learner& learner, uint32_t n, uint32_t from = 0) {
  for (uint32_t k = from; k < from + n; k++) {
    const Scene scene(k / 3 % 2, static_cast<int32_t>(k % 3), 1.f / 3);
    REQUIRE(learner.learn_decision(scene.decision, {}).ok());
  }
}

std::vector<std::byte> bytes_of(const Learner& learner) {
  ModelFileWriter writer;
  REQUIRE(writer.add_learner(learner).ok());
  return writer.finish();
}

const char* const kSpecs[] = {"cb",
                              "cb(type=ips)",
                              "cb(type=dr)",
                              "cb(explore=first)",
                              "cb(explore=softmax, lambda=10)",
                              "cb(explore=squarecb)",
                              "cb(explore=bag)",
                              "cb(explore=bag, type=dr, bags=3)",
                              "cb(model=linear(bits=18))"};

}  // namespace

TEST_CASE("cb: before it knows anything every action is as likely") {
  for (const char* spec : {"cb", "cb(explore=softmax)", "cb(explore=squarecb)"}) {
    CAPTURE(spec);
    for (const float p : ask(*make(spec), 0))
      CHECK(p == doctest::Approx(1. / 3));
  }
}

TEST_CASE("cb: learns which action suits whom, by every type and exploration") {
  for (const std::string spec : kSpecs) {
    CAPTURE(spec);
    auto model = make(spec);
    teach(*model, 600);
    for (const uint32_t user : {0u, 1u}) {
      const std::vector<float> p = ask(*model, user);
      CHECK(p[0] + p[1] + p[2] == doctest::Approx(1));
      for (const float one : p)
        CHECK(one >= 0);
      if (spec == "cb(model=linear(bits=18))")
        continue;  // it has no interactions of user and action
      CHECK(p[user == 0 ? 0 : 2] > .6f);
    }
  }
}

TEST_CASE("cb: epsilon is spent on all actions alike") {
  auto model = make("cb(epsilon=0.3)");
  teach(*model, 600);
  const std::vector<float> p = ask(*model, 1);
  CHECK(p[0] == doctest::Approx(.1));
  CHECK(p[1] == doctest::Approx(.1));
  CHECK(p[2] == doctest::Approx(.8));
}

TEST_CASE("cb: before is what predict_decision would have said; both are pure") {
  for (const std::string spec : kSpecs) {
    CAPTURE(spec);
    auto model = make(spec);
    for (uint32_t k = 0; k < 60; k++) {
      const Scene scene(k % 2, static_cast<int32_t>(k % 3), .5f);
      std::vector<float> said(3), before(3);
      model->predict_decision(scene.decision, said);
      const auto was = bytes_of(*model);
      CHECK(bytes_of(*model) == was);
      REQUIRE(model->learn_decision(scene.decision, before).ok());
      CHECK(said == before);
    }
  }
}

TEST_CASE("cb: saved, loaded or cloned it goes on as if it had never stopped") {
  for (const std::string spec : kSpecs) {
    CAPTURE(spec);
    auto model = make(spec);
    teach(*model, 50);
    const auto saved = bytes_of(*model);
    auto file = ModelFileReader::open(saved);
    REQUIRE(file.ok());
    auto loaded = file->learner(learners());
    if (!loaded.ok()) FAIL(loaded.status().text());
    auto clone = model->clone();
    REQUIRE(clone.ok());
    CHECK(bytes_of(**loaded) == saved);
    CHECK(bytes_of(**clone) == saved);
    teach(*model, 50, 50);
    teach(**loaded, 50, 50);
    teach(**clone, 50, 50);
    CHECK(bytes_of(**loaded) == bytes_of(*model));
    CHECK(bytes_of(**clone) == bytes_of(*model));
  }
}

TEST_CASE("cb: a group that user and action share is one group") {
  auto apart = make("cb(model=vw(interactions=UA))"), same = make("cb(model=vw(interactions=UU))");
  const uint32_t user[] = {1}, action[] = {2};
  const float one[] = {1};
  const Group group[] = {{'U', 0, 1}};
  const Example actions[] = {{.numeric = {action, one}, .groups = group}};
  const Decision decision{.shared = {.numeric = {user, one}, .groups = group},
                          .actions = actions,
                          .chosen = 0,
                          .cost = 2};
  for (const auto* model : {&apart, &same})
    REQUIRE((*model)->learn_decision(decision, {}).ok());
  CHECK(bytes_of(*apart) != bytes_of(*same));  // UU: user x user, user x action, action x action
}

TEST_CASE("cb: what can't be learned is refused without a trace") {
  auto model = make("cb");
  teach(*model, 10);
  const auto was = bytes_of(*model);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto refused = [&](const Decision& decision) {
    return model->learn_decision(decision, {}).code() == Code::invalid_argument;
  };
  Scene scene(0, 1, .5f);
  Decision bad = scene.decision;
  bad.chosen = -1;
  CHECK(refused(bad));
  bad.chosen = 3;
  CHECK(refused(bad));
  bad = scene.decision;
  bad.cost = nan;
  CHECK(refused(bad));
  for (const float p : {0.f, -1.f, 1.5f, nan}) {
    bad = scene.decision;
    bad.probability = p;
    CHECK(refused(bad));
  }
  bad = scene.decision;
  bad.actions = {};
  CHECK(refused(bad));
  bad = scene.decision;
  bad.shared.numeric.value = {&nan, 1};
  CHECK(refused(bad));
  const float label = 1;
  CHECK(model->learn({.label = {&label, 1}}, {}).code() == Code::invalid_argument);
  CHECK(bytes_of(*model) == was);
  CHECK(make_learner("cb(model=logistic)", learners()).status().code() == Code::invalid_argument);
}

}  // namespace freshet
