#pragma once
/// One optimizer step of one weight vector along an example: what gradient-trained linear models share.
///
/// g_i = g x_i + l2 w_i; the optimizer moves w_i; then w_i pays what it owes of the cumulative l1 penalty: towards zero, at
/// most to it. Both at once are an elastic net. ftrl has penalties of its own (optim/ftrl.h) instead. Source of l1: Tsuruoka, Tsujii, Ananiadou, "Stochastic Gradient Descent Training for L1-regularized
/// Log-linear Models with Cumulative Penalty", ACL 2009.

#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/core/example.h"
#include "freshet/learn/linear/linear_weights.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

enum class LinearOptimizer : uint8_t { sgd, adagrad, adam, rmsprop, ftrl };
enum class RateSchedule : uint8_t { constant, inverse };
enum class BiasRule : uint8_t { rate, feature };
inline constexpr std::string_view kLinearOptimizers[] = {"sgd", "adagrad", "adam", "rmsprop",
                                                         "ftrl"};
inline constexpr std::string_view kRateSchedules[] = {"constant", "inverse"};
inline constexpr std::string_view kBiasRules[] = {"rate", "feature"};

/// Floats that an optimizer keeps beside each weight.
uint32_t slot_count(LinearOptimizer optimizer) noexcept;
/// What learning_rate = 0 stands for.
double own_rate(LinearOptimizer optimizer) noexcept;
/// Tensor names of the arrays of a vector: weights, slots, penalty paid. Written to files.
std::span<const std::string_view> array_names(LinearOptimizer optimizer) noexcept;

/// What one step is to do.
struct GradientStep {
  LinearOptimizer optimizer;
  const OptimizerClock& clock;
  double rate;
  double l1, l2;
  bool pays;          // the last array holds the l1 penalty paid
  double penalty;     // asked of every weight so far
  bool bias_feature;  // the bias is a feature of value 1
};

/// REQUIRES: weights.admit(x).  Returns the weights left alone because they would have become infinite.
uint32_t take_step(LinearWeights& weights, uint32_t vector, const Example& x, double g,
                   const GradientStep& step) noexcept;

/// Whether l1 is paid cumulatively: one float more beside each weight.
bool pays_penalty(LinearOptimizer optimizer, double l1) noexcept;

/// What a float of a weight becomes when two models of one kind are joined (LinearWeights::join): weights by `share`, the
/// other's share of the examples, or, for adagrad and ftrl, by the squared gradients that each has met.
struct GradientJoin {
  LinearOptimizer optimizer;
  double rate, l1, l2;
  double share;
  bool bias_feature;

  /// REQUIRES: arrays of a place come in order.
  double operator()(const LinearWeights& mine, const LinearWeights& theirs,
                    const LinearWeights::Place& place) const noexcept;
};

/// The clip of a gradient: a constant, or, at 0, ten times the faded mean of |g|.
class GradientClip {
 public:
  explicit GradientClip(double most) noexcept : most_(most) {}
  double operator()(double g) noexcept;

  double sum() const noexcept { return sum_; }
  double count() const noexcept { return count_; }
  void set(double sum, double count) noexcept {
    sum_ = sum;
    count_ = count;
  }

 private:
  double most_, sum_ = 0, count_ = 0;
};

}  // namespace freshet
