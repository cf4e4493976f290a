#pragma once
/// The truth of a decision as metrics get it: {place of the action chosen, its cost, the probability it was chosen with},
/// then, for metrics with an estimator, the cost it expects of each action; predicted: the policy's probability of each.

#include <cstddef>
#include <span>

namespace freshet {

struct DecisionTruth {
  DecisionTruth(std::span<const float> truth, std::span<const float> predicted) noexcept
      : cost(truth.size() > 1 ? static_cast<double>(truth[1]) : 0),
        logged(truth.size() > 2 ? static_cast<double>(truth[2]) : 1),
        chosen(static_cast<std::size_t>(truth[0] > 0 ? truth[0] : 0)),
        estimates(truth.subspan(truth.size() > 3 ? 3 : truth.size())) {
    if (chosen < predicted.size()) policy = static_cast<double>(predicted[chosen]);
  }
  /// How much more often the policy does what was done.
  double ratio() const noexcept { return logged > 0 ? policy / logged : 0; }

  /// What the action was expected to cost; 0 where nobody said.
  double estimate(std::size_t action) const noexcept {
    return action < estimates.size() ? static_cast<double>(estimates[action]) : 0;
  }

  double cost, logged, policy = 0;
  std::size_t chosen;
  std::span<const float> estimates;
};

}  // namespace freshet
