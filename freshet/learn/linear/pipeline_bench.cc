#include <cmath>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "freshet/base/rng.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/transformer.h"
#include "freshet/learn/bayes/naive_bayes.h"
#include "freshet/learn/linear/logistic.h"

/// Test-then-train in memory, one thread: what issue 3 bounds for `scale | logistic` on 8 features. The transform folder isn't
/// visible from here; bench/ measures the pipeline with `scale`.

namespace freshet {
namespace {

struct Rows {
  std::size_t width;
  std::vector<float> values, labels;
  Example operator[](std::size_t k) const {
    const std::size_t at = k % labels.size();
    return {.dense = {values.data() + at * width, width}, .label = {labels.data() + at, 1}};
  }
};

Rows rows(std::size_t width) {
  Rows made{width, {}, {}};
  for (uint64_t k = 0; k < 4096; k++) {
    Draws draws(1, 0, k);
    double sum = 0;
    for (std::size_t i = 0; i < width; i++) {
      const double x = draws.normal();
      made.values.push_back(static_cast<float>(x));
      sum += x;
    }
    made.labels.push_back(sum > 0 ? 1 : 0);
  }
  return made;
}

void learn(benchmark::State& state, Learner& learner) {
  const Rows data = rows(static_cast<std::size_t>(state.range(0)));
  std::size_t k = 0;
  std::vector<float> before(2);
  for (auto step : state) {
    (void)step;
    const Status learned = learner.learn(data[k++], std::span(before).first(learner.outputs()));
    benchmark::DoNotOptimize(learned.ok());
  }
  state.SetItemsProcessed(static_cast<int64_t>(k));
}

void logistic(benchmark::State& state) {
  auto made = Logistic::make({});
  learn(state, **made);
}
void logistic_adam(benchmark::State& state) {
  auto made = Logistic::make({.optimizer = LinearOptimizer::adam});
  learn(state, **made);
}
void logistic_hashed(benchmark::State& state) {
  auto made = Logistic::make({.bits = 18});
  learn(state, **made);
}
void naive_bayes(benchmark::State& state) {
  NaiveBayes made;
  learn(state, made);
}

BENCHMARK(logistic)->Arg(8)->Arg(30);
BENCHMARK(logistic_adam)->Arg(8)->Arg(30);
BENCHMARK(logistic_hashed)->Arg(8)->Arg(30);
BENCHMARK(naive_bayes)->Arg(8)->Arg(30);

}  // namespace
}  // namespace freshet
