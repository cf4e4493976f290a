#pragma once
/// What `linear` and `logistic` share: one raw score, learned by following a loss downhill.
///
/// raw = sum w_i x_i + b; g = (d loss / d raw) times the example's weight, clipped; each present feature's weight takes an
/// optimizer step along g x_i + l2 w_i, then pays the cumulative l1 penalty; b -= intercept_rate g.
/// Source of l1: Tsuruoka, Tsujii, Ananiadou, "Stochastic Gradient Descent Training for L1-regularized Log-linear Models
/// with Cumulative Penalty", ACL 2009.
/// A step that would make a weight infinite is left out and counted.

#include <cstdint>
#include <span>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"
#include "freshet/learn/linear/gradient_step.h"
#include "freshet/learn/linear/linear_weights.h"
#include "freshet/learn/linear/loss.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

/// The options of a preset, in one form.
struct GradientSettings {
  Loss loss = Loss::squared;
  LossShape shape;
  LinearOptimizer optimizer = LinearOptimizer::sgd;
  RateSchedule schedule = RateSchedule::constant;
  BiasRule bias = BiasRule::rate;
  double learning_rate = 0;  // 0: the optimizer's own
  double intercept_rate = .01;
  double l1 = 0, l2 = 0;
  double clip = 1e12;  // 0: ten times the faded mean
  uint32_t bits = 0;
  uint64_t memory = 0;

  bool operator==(const GradientSettings&) const = default;
};

/// The options of `linear` or `logistic`.
template <class Options>
GradientSettings gradient_settings(const Options& o, Loss loss, const LossShape& shape) noexcept {
  return {.loss = loss,
          .shape = shape,
          .optimizer = o.optimizer,
          .schedule = o.schedule,
          .bias = o.bias,
          .learning_rate = o.learning_rate,
          .intercept_rate = o.intercept_rate,
          .l1 = o.l1,
          .l2 = o.l2,
          .clip = o.clip,
          .bits = o.bits,
          .memory = o.memory};
}

class GradientLinear : public Learner {
 public:
  uint32_t traits() const noexcept override;
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override { return check_label(x, *this, texts_); }
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by examples learned, adagrad's and ftrl's by the squared gradients they have met; features are joined by index.
  Status merge(const Learner& same_kind) noexcept override;
  /// The bias, then the weights by row or hash.  shape [1 + n]
  std::span<const float> parameters() const noexcept override;
  Status replace(std::span<const float> parameters) noexcept override;
  std::span<Table* const> live_tables() noexcept override;
  std::size_t bytes() const noexcept override { return weights_.bytes(); }

  /// Steps left out because a weight would have become infinite.
  uint64_t skipped() const noexcept { return skipped_; }

 protected:
  /// texts: with static storage.
  GradientLinear(const GradientSettings& settings, const Texts& texts) noexcept;
  Status start() noexcept { return weights_.start(texts_.memory); }
  Status assign(const GradientLinear& from) noexcept;

 private:
  // Bytes of the file: the order of what save() writes as "state" never changes.
  struct State {
    OptimizerClock clock;
    double penalty = 0;  // u: what l1 has asked of every weight so far
  };

  float link(double raw) const noexcept {
    return linked(raw, label(), settings_.loss == Loss::poisson);
  }
  double rate_now() const noexcept;
  void move_bias(double g) noexcept;
  bool mergeable(const Learner& other) const noexcept;

  GradientSettings settings_;
  const Texts& texts_;
  GradientClip clip_;
  LinearWeights weights_;
  State state_;
  uint64_t skipped_ = 0;
  std::array<Table*, LinearWeights::kMost> tables_{};
};

}  // namespace freshet
