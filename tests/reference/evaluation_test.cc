#include "freshet/metric/evaluation.h"

#include <doctest/doctest.h>

#include "freshet/metric/delayed_evaluation.h"
#include "tests/reference/figures.h"

namespace freshet {
namespace {

struct Run {
  std::vector<double> values;  // of the model, then of each baseline: all, window, faded
  uint64_t scored = 0;
};

Run run(const char* spec, const Stream& stream, const EvaluationOptions& options,
        const Delay* delay) {
  const Registry registry = core_registry();
  auto model = make_learner(spec, registry);
  REQUIRE(model.ok());
  auto made = Evaluation::make((*model)->label(), options, registry);
  REQUIRE(made.ok());
  Evaluation& evaluation = **made;
  std::vector<float> before;
  if (delay == nullptr) {
    for (std::size_t k = 0; k < stream.size(); k++) {
      before.assign((*model)->outputs(), 0);
      REQUIRE((*model)->learn(stream[k], before).ok());
      REQUIRE(evaluation.observe(stream[k], before).ok());
    }
  } else {
    DelayedEvaluation delayed(**model, evaluation, *delay);
    for (std::size_t k = 0; k < stream.size(); k++) {
      Example x = stream[k];
      x.time_us = static_cast<int64_t>(x.dense[0]);
      REQUIRE(delayed.arrive(x).ok());
    }
    REQUIRE(delayed.finish().ok());
    CHECK(delayed.waiting() == 0);
  }
  Run result;
  result.scored = evaluation.scored();
  for (std::size_t c = 0; c < evaluation.contenders(); c++)
    for (std::size_t m = 0; m < evaluation.metrics(); m++)
      for (const double v : {evaluation.score(c, m).all, evaluation.score(c, m).window,
                             evaluation.score(c, m).faded})
        result.values.push_back(v);
  return result;
}

}  // namespace

TEST_CASE("last_class: repeats the stream") {
  check_figures("last_class", "bananas.csv", {{"accuracy", .509530}, {"f1", .452957}});
  check_figures("last_class", "phishing.csv", {{"accuracy", .515612}, {"f1", .447489}});
  check_figures("last_class", "elec2.csv", {{"accuracy", .853303}, {"f1", .827229}});
}

TEST_CASE("mean: of the targets so far") {
  check_figures("mean", "chick_weights.csv", {{"mae", 50.2509}, {"rmse", 71.1144}, {"r2", -.0029}},
                5e-5);
}

TEST_CASE("evaluation: beside the model stand the baselines, with their own figures") {
  const std::string path = shared_data("streams/elec2.csv");
  if (path.empty()) return;
  const Run all = run("scale | logistic(learning_rate=0.005)", read_stream(path),
                      {.metrics = {"accuracy"}}, nullptr);
  CHECK(all.values[0] == doctest::Approx(.822144).epsilon(1e-6));
  CHECK(all.values[3] ==
        doctest::Approx(.853303).epsilon(1e-6));  // last_class, scored from the second row on
  CHECK(all.scored == 45312);
}

TEST_CASE("evaluation: a delay of 0 equals none, to the bit; a longer one doesn't") {
  const std::string path = shared_data("streams/chick_weights.csv");
  if (path.empty()) return;
  const Stream stream = read_stream(path);
  const EvaluationOptions options{.metrics = {"mae", "r2"}, .window = 100};
  const Run none = run("scale | linear", stream, options, nullptr);
  const Delay zero{Delay::Unit::examples, 0}, zero_time{Delay::Unit::time, 0},
      three{Delay::Unit::time, 3};
  CHECK(run("scale | linear", stream, options, &zero).values == none.values);
  CHECK(run("scale | linear", stream, options, &zero_time).values == none.values);
  const Run late = run("scale | linear", stream, options, &three);
  CHECK(late.values[0] > none.values[0]);
  CHECK(late.scored == stream.size());
}

TEST_CASE("evaluation: a rival that differs shows in McNemar's statistic") {
  const Stream stream = figure_stream("phishing.csv");
  const Registry registry = core_registry();
  auto model = make_learner("scale | logistic", registry);
  REQUIRE(model.ok());
  auto made = Evaluation::make(
      Label::one_class, {.metrics = {"accuracy"}, .rivals = {"scale | logistic", "last_class"}},
      registry);
  REQUIRE(made.ok());
  std::vector<float> before(1);
  for (std::size_t k = 0; k < stream.size(); k++) {
    REQUIRE((*model)->learn(stream[k], before).ok());
    REQUIRE((*made)->observe(stream[k], before).ok());
  }
  CHECK((*made)->baselines() == 2);
  CHECK((*made)->score(3, 0).all == (*made)->score(0, 0).all);
  CHECK(std::isnan((*made)->mcnemar(3)));
  CHECK((*made)->mcnemar(4) > 3.84);
}

}  // namespace freshet
