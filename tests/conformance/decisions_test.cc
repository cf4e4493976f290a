#include <limits>

#include "freshet/core/decision_rules.h"
#include "freshet/metric/delayed_evaluation.h"
#include "tests/conformance/allocations.h"
#include "tests/conformance/kit.h"
#include "tests/support/memory.h"

namespace freshet {
namespace {

/// Decision k of a stream: a user of two kinds, group U, two or three actions, group A; user 0 likes action 0, user 1 the last.
/// Chosen at random: each is as likely.
struct Scene {
  explicit Scene(uint32_t k) {
    Draws draws(11, 0, k);
    const uint32_t user = draws.below(2), count = 2 + draws.below(2), chosen = draws.below(count);
    shared.index = {1000 + user, 1002};
    shared.value = {1, static_cast<float>(draws.uniform())};
    shared.groups = {{'U', 0, 2}};
    for (uint32_t a = 0; a < count; a++) {
      ExampleBuffer& own = actions.emplace_back();
      own.index = {a == 0 ? 5 : a + 1 == count ? 77u : 33u};
      own.value = {1 + static_cast<float>(draws.uniform()) / 4};
      own.groups = {{'A', 0, 1}};
    }
    decision.chosen = static_cast<int32_t>(chosen);
    decision.probability = 1 / static_cast<float>(count);
    const bool likes = chosen == (user == 0 ? 0 : count - 1);
    decision.cost = draws.uniform() < (likes ? .9 : .2) ? -1.f : 0.f;
    for (const ExampleBuffer& own : actions)
      views.push_back(own.view());
    decision.shared = shared.view();
    decision.actions = views;
  }
  Scene(const Scene&) = delete;

  ExampleBuffer shared;
  std::vector<ExampleBuffer> actions;
  std::vector<Example> views;
  Decision decision;
};

/// Runs f(spec) for every learner of decisions, alone and behind every transform.
template <class F>
void each_policy(F&& f) {
  for (const Entry<Learner>* entry : learner_entries()) {
    const std::string name(entry->info.name);
    if (make(name)->label() != Label::decision) continue;
    std::vector<std::string> specs = {name, "scale | hash | " + name};
    for (const Entry<Transformer>* transform : transform_entries())
      specs.push_back(std::string(transform->info.name) + " | " + name);
    specs.push_back("cross(lists=UA) | " + name);
    for (const std::string& spec : specs) {
      CAPTURE(spec);
      f(spec);
    }
  }
}

void teach(Learner& learner, uint32_t from, uint32_t to) {
  for (uint32_t k = from; k < to; k++) {
    const Scene scene(k);
    const Status learned = learner.learn_decision(scene.decision, {});
    if (!learned.ok()) FAIL("decision " << k << ": " << learned.text());
  }
}

std::vector<float> ask(const Learner& learner, const Decision& decision) {
  std::vector<float> out(decision.actions.size());
  learner.predict_decision(decision, out);
  return out;
}

std::unique_ptr<Evaluation> evaluation(EvaluationOptions options) {
  auto made = Evaluation::make(Label::decision, options, catalogue());
  if (!made.ok()) FAIL(made.status().text());
  return std::move(*made);
}

}  // namespace

TEST_CASE(
    "every policy: probabilities; asking is pure and allocates nothing; before is what it said") {
  each_policy([](const std::string& spec) {
    auto policy = make(spec);
    for (uint32_t k = 0; k < 60; k++) {
      const Scene scene(k);
      const std::vector<float> said = ask(*policy, scene.decision);
      double sum = 0;
      for (const float p : said) {
        CHECK((p >= 0 && p <= 1));
        sum += static_cast<double>(p);
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-6));
      std::vector<float> again(said.size());
      const auto was = bytes_of(*policy);
      {
        const AllocationCount count;
        policy->predict_decision(scene.decision, again);
        if (k > 40) CHECK(count.so_far() == 0);
      }
      CHECK(again == said);
      CHECK(bytes_of(*policy) == was);
      std::vector<float> before(said.size());
      REQUIRE(policy->learn_decision(scene.decision, before).ok());
      CHECK(before == said);
    }
  });
}

TEST_CASE("every policy: learns what users like, behind any transform that keeps the groups") {
  each_policy([](const std::string& spec) {
    auto policy = make(spec);
    teach(*policy, 0, 2000);
    auto scored = evaluation({.metrics = {"ips"}});
    for (uint32_t k = 2000; k < 3000; k++) {
      const Scene scene(k);
      REQUIRE(scored->observe_decision(scene.decision, ask(*policy, scene.decision)).ok());
    }
    // At random: -.55 of two actions, -.43 of three. A constant feature is 0 to `scale`; `select` alone selects nothing.
    const bool keeps = spec.find("scale") == std::string::npos && !spec.starts_with("select |");
    if (keeps) CHECK(scored->score(0, 0).all < -.7);
  });
}

TEST_CASE("every policy: saved, loaded or cloned it goes on as if it had never stopped") {
  each_policy([](const std::string& spec) {
    auto policy = make(spec);
    teach(*policy, 0, 50);
    const auto saved = bytes_of(*policy);
    auto file = ModelFileReader::open(saved);
    REQUIRE(file.ok());
    auto loaded = file->learner(catalogue());
    if (!loaded.ok()) FAIL(loaded.status().text());
    auto clone = policy->clone();
    REQUIRE(clone.ok());
    for (Learner* other : {loaded->get(), clone->get()}) {
      CHECK(bytes_of(*other) == saved);
      teach(*other, 50, 100);
    }
    teach(*policy, 50, 100);
    CHECK(bytes_of(**loaded) == bytes_of(*policy));
    CHECK(bytes_of(**clone) == bytes_of(*policy));
  });
}

TEST_CASE("every policy: copied into an older copy it says the same, or says that it can't") {
  each_policy([](const std::string& spec) {
    auto policy = make(spec);
    teach(*policy, 0, 30);
    auto spare = policy->snapshot();
    REQUIRE(spare.ok());
    teach(*policy, 30, 60);
    const Status copied = policy->copy_into(**spare);
    const bool can = spec.find('|') == std::string::npos || copied.ok();
    CHECK((can || copied.code() == Code::unsupported));
    if (!copied.ok()) return;
    for (uint32_t k = 60; k < 80; k++) {
      const Scene scene(k);
      CHECK(ask(**spare, scene.decision) == ask(*policy, scene.decision));
    }
    CHECK(policy->copy_into(*make("linear")).code() == Code::invalid_argument);
  });
}

TEST_CASE("every policy: what can't be learned is refused without a trace") {
  each_policy([](const std::string& spec) {
    auto policy = make(spec);
    teach(*policy, 0, 20);
    const auto was = bytes_of(*policy);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto refused = [&](auto&& spoil) {
      Scene scene(20);
      spoil(scene);
      return policy->learn_decision(scene.decision, {}).code() == Code::invalid_argument;
    };
    CHECK(refused([](Scene& s) { s.decision.chosen = -1; }));
    CHECK(refused([](Scene& s) { s.decision.chosen = 3; }));
    CHECK(refused([](Scene& s) { s.decision.actions = {}; }));
    CHECK(refused([&](Scene& s) { s.decision.cost = nan; }));
    for (const float p : {0.f, -1.f, 1.5f, nan})
      CHECK(refused([&](Scene& s) { s.decision.probability = p; }));
    CHECK(refused([&](Scene& s) { s.shared.value[0] = nan; }));
    CHECK(refused([&](Scene& s) { s.actions[1].value[0] = nan; }));
    CHECK(bytes_of(*policy) == was);
  });
}

TEST_CASE("a transform in front of a learner of labels refuses decisions") {
  auto model = make("scale | linear");
  const auto was = bytes_of(*model);
  CHECK(model->learn_decision(Scene(0).decision, {}).code() == Code::unsupported);
  CHECK(bytes_of(*model) == was);
}

// ---- evaluation

TEST_CASE("dr: by hand, with an estimator that has learned one cost") {
  auto scored = evaluation({.metrics = {"dr(model=mean)", "ips"}});
  const Scene scene(0);
  Decision decision = scene.decision;
  const std::size_t n = decision.actions.size();
  decision.chosen = 0;
  decision.cost = -3;
  decision.probability = .5f;
  std::vector<float> policy(n, 0);
  policy[0] = .25f;
  policy[1] = .75f;
  REQUIRE(scored->observe_decision(decision, policy).ok());
  CHECK(scored->score(0, 0).all == doctest::Approx(.5 * -3));  // nothing estimated yet: as ips
  CHECK(scored->score(0, 1).all == doctest::Approx(.5 * -3));
  decision.cost = -1;
  REQUIRE(scored->observe_decision(decision, policy).ok());
  CHECK(scored->score(0, 0).all == doctest::Approx((-1.5 + (-3 + .5 * (-1 - -3))) / 2));
  CHECK(scored->score(0, 1).all == doctest::Approx((-1.5 + .5 * -1) / 2));
}

TEST_CASE("dr: near the truth, and nearer than ips, for a policy that the log rarely follows") {
  // Always the first action: user 0 takes it with .9, user 1 with .2 (of two actions) or .2 (of three).
  const double truth = -(.9 + .2) / 2;
  double by_dr = 0, by_ips = 0;
  auto scored = evaluation({.metrics = {"dr(model=vw(interactions=UA))", "ips"}});
  std::vector<float> policy;
  const uint32_t runs = 20, length = 250;
  for (uint32_t run = 0; run < runs; run++) {
    REQUIRE(scored->reset().ok());
    for (uint32_t k = 0; k < length; k++) {
      const Scene scene(run * length + k);
      policy.assign(scene.decision.actions.size(), 0);
      policy[0] = 1;
      REQUIRE(scored->observe_decision(scene.decision, policy).ok());
    }
    by_dr += std::pow(scored->score(0, 0).all - truth, 2);
    by_ips += std::pow(scored->score(0, 1).all - truth, 2);
  }
  CHECK(std::sqrt(by_dr / runs) < .07);
  CHECK(by_dr < .8 * by_ips);
}

TEST_CASE("dr: its estimator is saved with the scores, and one metric's isn't another's") {
  const EvaluationOptions options{.metrics = {"dr", "dr(model=linear)"}};
  auto one = evaluation(options), other = evaluation(options);
  auto policy = make("cb");
  const auto run = [&](Evaluation& scored, uint32_t from, uint32_t to) {
    for (uint32_t k = from; k < to; k++) {
      const Scene scene(k);
      REQUIRE(scored.observe_decision(scene.decision, ask(*policy, scene.decision)).ok());
    }
  };
  run(*one, 0, 100);
  Memory saved;
  REQUIRE(one->save(saved).ok());
  REQUIRE(other->load(saved).ok());
  run(*one, 100, 200);
  run(*other, 100, 200);
  for (const std::size_t metric : {0u, 1u})
    CHECK(one->score(0, metric).all == other->score(0, metric).all);
  CHECK(one->score(0, 0).all != one->score(0, 1).all);
}

TEST_CASE("dr: a model that doesn't learn numbers is refused") {
  for (const char* metric : {"dr(model=logistic)", "dr(model=cb)"}) {
    const auto made = Evaluation::make(Label::decision, {.metrics = {metric}}, catalogue());
    REQUIRE(!made.ok());
    CHECK(made.status().code() == Code::invalid_argument);
    CHECK(made.status().text().find("linear") != std::string_view::npos);
  }
  CHECK(!Evaluation::make(Label::number, {.metrics = {"dr"}}, catalogue()).ok());
}

TEST_CASE("rivals decide beside the model: the same policy never differs, a better one does") {
  auto scored = evaluation({.rivals = {"cb", "cb(epsilon=1)"}});
  auto policy = make("cb");
  std::vector<float> before;
  for (uint32_t k = 0; k < 1500; k++) {
    const Scene scene(k);
    before.assign(scene.decision.actions.size(), 0);
    REQUIRE(policy->learn_decision(scene.decision, before).ok());
    REQUIRE(scored->observe_decision(scene.decision, before).ok());
  }
  CHECK(scored->score(1, 0).all == scored->score(0, 0).all);
  CHECK(std::isnan(scored->mcnemar(1)));
  CHECK(scored->score(2, 0).all > scored->score(0, 0).all + .1);
  CHECK(scored->mcnemar(2) > 3.84);
}

TEST_CASE("labels of decisions come late: no delay is the same to the bit, more is worse") {
  double last = -10;
  std::vector<double> at_once;
  for (const int64_t amount : {-1, 0, 5, 400}) {
    const EvaluationOptions options{.metrics = {"ips", "snips", "dr"}, .rivals = {"scale | cb"}};
    auto scored = evaluation(options);
    auto policy = make("hash | cb");
    DelayedEvaluation delayed(*policy, *scored, {.amount = amount});
    for (uint32_t k = 0; k < 600; k++) {
      const Scene scene(k);
      if (amount >= 0) {
        REQUIRE(delayed.arrive_decision(scene.decision).ok());
        CHECK(delayed.waiting() <= static_cast<std::size_t>(amount) + 1);
        continue;
      }
      std::vector<float> before(scene.decision.actions.size());
      REQUIRE(policy->learn_decision(scene.decision, before).ok());
      REQUIRE(scored->observe_decision(scene.decision, before).ok());
    }
    REQUIRE(delayed.finish().ok());
    CHECK(scored->scored() == 600);
    std::vector<double> values = {scored->mcnemar(1)};
    for (const std::size_t who : {0u, 1u})
      for (const std::size_t metric : {0u, 1u, 2u})
        values.push_back(scored->score(who, metric).all);
    if (amount == -1) at_once = values;
    if (amount == 0) CHECK(values == at_once);
    if (amount == 0 || amount == 400) {
      CHECK(scored->score(0, 0).all > last);
      last = scored->score(0, 0).all;
    }
  }
}

}  // namespace freshet
