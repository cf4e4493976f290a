#pragma once
/// What `nelder_mead` and `random_search` share: a linear model found by looking at its cost alone, never at a slope.
///
/// Every example goes into the objective (linear_objective.h); then the search goes a few steps on. Between examples the cost
/// of every point changes, so points are looked at again before they are compared: evaluations count those, too.
/// The model predicts with the best point; parameters() are that model's intercept and weights, and one put back by replace()
/// takes part in the search from the next example on.

#include <cstdint>
#include <span>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"
#include "freshet/learn/search/linear_objective.h"

namespace freshet {

struct SearchSettings {
  ObjectiveSettings objective;
  uint32_t steps = 4;
  double spread = .25;
  uint32_t history = 8;
  uint32_t every = 16;  // examples for a round, where rows are used
  uint64_t memory = 0;

  bool operator==(const SearchSettings&) const = default;
};

/// The options of either search.
template <class Options>
SearchSettings search_settings(const Options& o) noexcept {
  return {.objective = {.loss = o.loss,
                        .shape = {.margin = o.margin, .tau = o.tau, .eps = o.eps, .c = o.c},
                        .penalty = o.penalty,
                        .alpha = o.alpha,
                        .l1_ratio = o.l1_ratio,
                        .halflife = o.halflife,
                        .window = o.window},
          .steps = o.steps,
          .spread = o.spread,
          .history = o.history,
          .every = o.every,
          .memory = o.memory};
}

class SearchLinear : public Learner {
 public:
  uint32_t traits() const noexcept override;
  Label label() const noexcept override {
    return objective_.is_of_classes() ? Label::one_class : Label::number;
  }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  uint64_t evaluations() const noexcept override { return objective_.evaluations(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override { return check_label(x, *this, texts_); }
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Moments join exactly; the other's model takes part in the search.
  Status merge(const Learner& same_kind) noexcept override;
  /// Intercept, then weights by row.  shape [1 + features]
  std::span<const float> parameters() const noexcept override { return model_.span(); }
  Status replace(std::span<const float> parameters) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  /// The latest best models, oldest first.  shape [up to `history`, 1 + features]
  std::span<const float> history() const noexcept { return history_.span(); }

 protected:
  /// texts, full (in place of texts.full): with static storage.
  SearchLinear(const SearchSettings& settings, const Texts& texts, const char* full) noexcept;
  Status start() noexcept { return {}; }
  const SearchSettings& settings() const noexcept { return settings_; }
  Pool& pool() noexcept { return pool_; }
  LinearObjective& objective() noexcept { return objective_; }
  const LinearObjective& objective() const noexcept { return objective_; }
  uint64_t examples() const noexcept { return examples_; }
  Status assign(const SearchLinear& from) noexcept;

  /// Room for points of that many dimensions; false at the limit.
  virtual bool reserve(std::size_t dimensions) noexcept = 0;
  /// Points get new dimensions, the last ones.  REQUIRES: reserved.
  virtual void widen(std::size_t dimensions) noexcept = 0;
  /// Looks again at what it holds, then takes settings().steps.
  virtual void search() noexcept = 0;
  /// The best point.  shape [dimensions]; empty before any example.
  virtual std::span<const double> best() const noexcept = 0;
  /// A point from elsewhere, to take part from now on.
  virtual void suggest(std::span<const double> point) noexcept = 0;
  virtual Status save_points(Writer& writer) const noexcept = 0;
  /// REQUIRES: the objective is loaded.
  virtual Status load_points(Reader& reader, const char* wrong) noexcept = 0;
  virtual bool assign_points(const SearchLinear& from) noexcept = 0;

 private:
  bool same_kind(const Learner& other) const noexcept;
  bool admit(const Example& x) noexcept;
  bool reserve_all() noexcept;
  void fit_all() noexcept;
  void take_replaced() noexcept;
  void show_best() noexcept;
  void remember() noexcept;
  float link(double raw) const noexcept {
    return linked(raw, label(), settings_.objective.loss == SearchLoss::poisson);
  }

  SearchSettings settings_;
  const Texts& texts_;
  const char* full_;
  Pool pool_;
  LinearObjective objective_;
  PoolArray<float> model_;    // of the best point: what predicts
  PoolArray<float> now_;      // scratch: a model to compare with
  PoolArray<double> point_;   // scratch: a model's point
  PoolArray<float> history_;  // whole models
  uint64_t examples_ = 0;
};

}  // namespace freshet
