#include "bench/learners_bench.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "bench/measure.h"
#include "freshet/base/rng.h"
#include "freshet/core/learner.h"
#include "freshet/core/spec.h"
#include "freshet/metric/sum_metric.h"

namespace freshet {
namespace {

constexpr std::size_t kRows = 20'000;
constexpr double kGateMicroseconds = .15;  // issue 3: scale | logistic on 8 features, in memory

struct Rows {
  std::size_t width;
  std::vector<float> values, labels;
};

/// Features of different place and scale, classes that overlap.
Rows make_rows(std::size_t width, uint32_t classes) {
  Rows rows{width, {}, {}};
  for (uint64_t k = 0; k < kRows; k++) {
    Draws draws(7, 0, k);
    double score = draws.normal();
    for (std::size_t i = 0; i < width; i++) {
      const double x = draws.normal();
      rows.values.push_back(
          static_cast<float>(x * static_cast<double>(i + 1) + static_cast<double>(i)));
      score += i < 4 ? x : 0;
    }
    const double share = 1 / (1 + std::exp(-score));
    rows.labels.push_back(
        static_cast<float>(std::min(classes - 1, static_cast<uint32_t>(share * classes))));
  }
  return rows;
}

/// Seconds an example.
Result<double> time_one(std::string_view spec, const Rows& rows,
                        const LearnersBenchOptions& options, const Registry& registry) {
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Metric> accuracy, make_metric("accuracy", registry));
  double best = 1e300;
  std::vector<float> before;
  for (uint32_t round = 0; round < options.rounds; round++) {
    FRESHET_TRY_ASSIGN(const std::unique_ptr<Learner> learner, make_learner(spec, registry));
    const double begin = thread_cpu_seconds();
    double seconds = 0;
    std::size_t learned = 0;
    while (seconds < options.seconds / options.rounds) {
      for (std::size_t k = 0; k < kRows; k++) {
        const Example x{.dense = {rows.values.data() + k * rows.width, rows.width},
                        .label = {&rows.labels[k], 1}};
        before.resize(learner->outputs());
        FRESHET_TRY(learner->learn(x, before));
        accuracy->update(x.label, before, 1);
      }
      learned += kRows;
      seconds = thread_cpu_seconds() - begin;
    }
    best = std::min(best, seconds / static_cast<double>(learned));
  }
  return best;
}

}  // namespace

Result<std::vector<Figure>> bench_learners(const LearnersBenchOptions& options,
                                           const Registry& registry) noexcept {
  struct Case {
    const char* spec;
    std::size_t width;
    uint32_t classes;
    bool gated;
  };
  constexpr Case kCases[] = {{"scale | logistic", 8, 2, true},
                             {"scale | logistic", 30, 2, false},
                             {"scale | logistic(optimizer=adam)", 8, 2, false},
                             {"hash | logistic(bits=18)", 8, 2, false},
                             {"scale | softmax", 18, 7, false},
                             {"scale | passive_aggressive", 8, 2, false},
                             {"naive_bayes", 8, 2, false},
                             {"naive_bayes", 18, 7, false},
                             {"rls", 8, 2, false}};
  std::vector<Figure> figures;
  for (const Case& c : kCases) {
    FRESHET_TRY_ASSIGN(const double seconds,
                       time_one(c.spec, make_rows(c.width, c.classes), options, registry));
    Figure figure{.name = std::string(c.spec) + ", " + std::to_string(c.width) + " features, " +
                          std::to_string(c.classes) + " classes: an example",
                  .value = seconds * 1e6,
                  .unit = "us"};
    if (c.gated) {
      figure.gate = kGateMicroseconds;
      figure.at_least = false;
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace freshet
