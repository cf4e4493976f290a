#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/gradient_linear.h"

namespace freshet {

enum class LinearLoss : uint8_t { squared, absolute, quantile, epsilon, huber, poisson };

struct LinearOptions {
  LinearOptimizer optimizer = LinearOptimizer::sgd;
  double learning_rate = 0;
  RateSchedule schedule = RateSchedule::constant;
  LinearLoss loss = LinearLoss::squared;
  double tau = .5;
  double eps = .1;
  double c = 1;
  double intercept_rate = .01;
  BiasRule bias = BiasRule::rate;
  double l1 = 0, l2 = 0;
  double clip = 1e12;
  uint32_t bits = 0;
  uint64_t memory = 0;
};

inline constexpr std::string_view kLinearLosses[] = {"squared", "absolute", "quantile",
                                                     "epsilon", "huber",    "poisson"};
inline constexpr std::array kLinearOptions{
    option<&LinearOptions::optimizer>("optimizer", "How weights follow the gradient.",
                                      kLinearOptimizers),
    option<&LinearOptions::learning_rate>(
        "learning_rate", "Step size; 0: the optimizer's own (adagrad, ftrl .1, others .01).", 0,
        1e3),
    option<&LinearOptions::schedule>(
        "schedule", "Step size over time: constant, or inverse: rate * t^-.5.", kRateSchedules),
    option<&LinearOptions::loss>("loss", "What an error costs; poisson predicts e^raw.",
                                 kLinearLosses),
    option<&LinearOptions::tau>("tau", "Quantile that loss=quantile aims at.", 0, 1),
    option<&LinearOptions::eps>("eps", "Half width of the tube of loss=epsilon.", 0, 1e6),
    option<&LinearOptions::c>("c", "Where loss=huber turns linear.", 1e-9, 1e6),
    option<&LinearOptions::intercept_rate>("intercept_rate",
                                           "Step size of the bias, which is plain sgd.", 0, 1),
    option<&LinearOptions::bias>(
        "bias", "Bias by intercept_rate, or as a feature in the optimizer.", kBiasRules),
    option<&LinearOptions::l1>("l1", "Cumulative penalty on absolute weights.", 0, 1e6),
    option<&LinearOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&LinearOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0, 1e30),
    option<&LinearOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&LinearOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                   "bytes")};

/// Linear regression, learned one example at a time.
///
/// O(features present). A dictionary keeps 4 bytes a weight, 4 to 8 more for adagrad and adam, 4 for l1, and about 16 for
/// the name; hashed (bits > 0) it takes 4 bytes times 2^bits of each, and readers may predict while it learns.
/// Features of very different scale want `scale | linear`.
/// Source: gradient descent on the losses of learn/linear/loss.h; see gradient_linear.h.
class Linear final : public Preset<Linear, LinearOptions, GradientLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kLinearOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::number; }

 private:
  friend Preset;
  explicit Linear(const LinearOptions& options) noexcept;
};

}  // namespace freshet
