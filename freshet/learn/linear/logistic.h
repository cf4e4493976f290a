#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/gradient_linear.h"
#include "freshet/learn/linear/linear.h"

namespace freshet {

enum class LogisticLoss : uint8_t { logistic, hinge, squared };

struct LogisticOptions {
  LinearOptimizer optimizer = LinearOptimizer::sgd;
  double learning_rate = 0;
  RateSchedule schedule = RateSchedule::constant;
  LogisticLoss loss = LogisticLoss::logistic;
  double margin = 1;
  double intercept_rate = .01;
  BiasRule bias = BiasRule::rate;
  double l1 = 0, l2 = 0;
  double clip = 1e12;
  uint32_t bits = 0;
  uint64_t memory = 0;
};

inline constexpr std::string_view kLogisticLosses[] = {"logistic", "hinge", "squared"};
inline constexpr std::array kLogisticOptions{
    option<&LogisticOptions::optimizer>("optimizer", "How weights follow the gradient.",
                                        kLinearOptimizers),
    option<&LogisticOptions::learning_rate>(
        "learning_rate", "Step size; 0: the optimizer's own (adagrad, ftrl .1, others .01).", 0,
        1e3),
    option<&LogisticOptions::schedule>(
        "schedule", "Step size over time: constant, or inverse: rate * t^-.5.", kRateSchedules),
    option<&LogisticOptions::loss>("loss", "What a wrong score costs.", kLogisticLosses),
    option<&LogisticOptions::margin>("margin", "Score below which loss=hinge learns.", 0, 1e6),
    option<&LogisticOptions::intercept_rate>("intercept_rate",
                                             "Step size of the bias, which is plain sgd.", 0, 1),
    option<&LogisticOptions::bias>(
        "bias", "Bias by intercept_rate, or as a feature in the optimizer.", kBiasRules),
    option<&LogisticOptions::l1>("l1", "Cumulative penalty on absolute weights.", 0, 1e6),
    option<&LogisticOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&LogisticOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0,
                                   1e30),
    option<&LogisticOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&LogisticOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                     1e15, "bytes")};

/// Logistic regression for two classes, learned one example at a time.
///
/// Predicts P(positive) = 1 / (1 + e^-raw), whatever the loss. Before any label the answer is 0.5.
/// Costs and sizes are those of `linear`. Suits dense, scaled features (`scale | logistic`) and, hashed, sparse ones.
/// Source: gradient descent on the losses of learn/linear/loss.h; see gradient_linear.h.
class Logistic final : public Preset<Logistic, LogisticOptions, GradientLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kLogisticOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::one_class; }

 private:
  friend Preset;
  explicit Logistic(const LogisticOptions& options) noexcept;
};

}  // namespace freshet
