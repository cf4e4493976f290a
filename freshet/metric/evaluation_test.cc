#include "freshet/metric/evaluation.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/core/spec.h"
#include "freshet/metric/delayed_evaluation.h"
#include "freshet/metric/registry.h"
#include "tests/support/memory.h"

namespace freshet {
namespace {

const Registry kMetricsOnly{{}, {}, metric_entries(), {}, nullptr};

std::unique_ptr<Evaluation> evaluation(Label label, EvaluationOptions options) {
  options.baselines = false;  // this folder knows no learners; tests/reference has them
  auto made = Evaluation::make(label, options, kMetricsOnly);
  REQUIRE(made.ok());
  return std::move(*made);
}

void observe(Evaluation& e, float truth, std::vector<float> before, float weight = 1) {
  REQUIRE(e.observe({&truth, 1}, before, weight).ok());
}

}  // namespace

TEST_CASE("evaluation: all, window and faded values by hand") {
  auto e = evaluation(Label::number, {.metrics = {"mae"}, .window = 2, .fading = .5});
  CHECK(std::isnan(e->score(0, 0).all));
  observe(*e, 0, {1});
  observe(*e, 0, {2});
  observe(*e, 0, {6});
  CHECK(e->score(0, 0).all == 3);
  CHECK(e->score(0, 0).window == 4);
  CHECK(e->score(0, 0).faded == doctest::Approx((6 + .5 * 2 + .25 * 1) / 1.75));
  CHECK(e->window_count() == 2);
}

TEST_CASE("evaluation: an empty prediction is not scored, weight 0 neither") {
  auto e = evaluation(Label::one_class, {.metrics = {"accuracy"}});
  observe(*e, 0, {});
  observe(*e, 0, {1, 0}, 0);
  observe(*e, 1, {.2f, .8f});
  CHECK(e->examples() == 3);
  CHECK(e->scored() == 1);
  CHECK(e->score(0, 0).all == 1);
}

TEST_CASE("evaluation: one output is P(positive), and -1 is class 0") {
  auto e = evaluation(Label::one_class, {.metrics = {"accuracy", "log_loss"}});
  observe(*e, -1, {.5f});
  observe(*e, 1, {.5f});
  CHECK(e->score(0, 0).all == .5);
  CHECK(e->score(0, 1).all == doctest::Approx(std::log(2)));
}

TEST_CASE("evaluation: a metric that doesn't fit the label is refused, with others to try") {
  const auto made =
      Evaluation::make(Label::number, {.metrics = {"accuracy"}, .baselines = false}, kMetricsOnly);
  REQUIRE(!made.ok());
  CHECK(made.status().code() == Code::invalid_argument);
  CHECK(made.status().text().find("mae") != std::string_view::npos);
  CHECK(!Evaluation::make(Label::number, {.metrics = {"mae"}, .fading = 2}, kMetricsOnly).ok());
}

TEST_CASE("evaluation: a window forgets a huge error without a trace") {
  auto e = evaluation(Label::number, {.metrics = {"mse", "r2"}, .window = 100});
  for (int k = 0; k < 150; k++)
    observe(*e, static_cast<float>(k % 7), {k == 20 ? 1e18f : static_cast<float>(k % 7) + .5f});
  for (int k = 0; k < 150; k++)
    observe(*e, static_cast<float>(k % 7), {static_cast<float>(k % 7) + .5f});
  CHECK(e->score(0, 0).window == .25);
  CHECK(e->score(0, 1).window == doctest::Approx(1 - .25 / 4.0).epsilon(.02));
}

TEST_CASE("evaluation: saved and loaded it goes on as if it had never stopped, to the bit") {
  for (const char* metric : {"accuracy", "f1", "log_loss", "kappa_t", "auc(window=50)",
                             "auc(bins=20)", "pr_auc", "ece", "mcc"}) {
    CAPTURE(metric);
    const EvaluationOptions options{.metrics = {metric}, .window = 37, .fading = .9};
    auto a = evaluation(Label::one_class, options), b = evaluation(Label::one_class, options);
    Draws draws(1, 0, 0);
    const auto step = [&](Evaluation& e, float y, float p) { observe(e, y, {p}); };
    for (int k = 0; k < 100; k++)
      step(*a, draws.uniform() < .4 ? 1 : 0, static_cast<float>(draws.uniform()));
    Memory saved, first, second;
    REQUIRE(a->save(saved).ok());
    REQUIRE(b->load(saved).ok());
    for (int k = 0; k < 100; k++) {
      const float y = draws.uniform() < .4 ? 1 : 0, p = static_cast<float>(draws.uniform());
      step(*a, y, p);
      step(*b, y, p);
    }
    CHECK(a->score(0, 0).window == b->score(0, 0).window);
    CHECK(a->score(0, 0).faded == b->score(0, 0).faded);
    REQUIRE(a->save(first).ok());
    REQUIRE(b->save(second).ok());
    CHECK(first == second);
  }
}

TEST_CASE("evaluation: merging adds what was counted over everything") {
  auto a = evaluation(Label::one_class, {.metrics = {"accuracy", "macro_f1"}});
  auto b = evaluation(Label::one_class, {.metrics = {"accuracy", "macro_f1"}});
  auto both = evaluation(Label::one_class, {.metrics = {"accuracy", "macro_f1"}});
  for (int k = 0; k < 20; k++) {
    const float y = static_cast<float>(k % 3);
    std::vector<float> p{k % 2 ? .9f : .05f, k % 5 ? .05f : .9f, .1f};
    observe(k < 10 ? *a : *b, y, p);
    observe(*both, y, p);
  }
  REQUIRE(a->merge(*b).ok());
  CHECK(a->score(0, 0).all == doctest::Approx(both->score(0, 0).all).epsilon(1e-12));
  CHECK(a->score(0, 1).all == doctest::Approx(both->score(0, 1).all).epsilon(1e-12));
  CHECK(a->scored() == 20);
}

}  // namespace freshet
