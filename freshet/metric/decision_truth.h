#pragma once
/// The truth of a decision as metrics get it: {place of the action chosen, its cost, the probability it was chosen with};
/// predicted: the policy's probability of each action.

#include <cstddef>
#include <span>

namespace freshet {

struct DecisionTruth {
  DecisionTruth(std::span<const float> truth, std::span<const float> predicted) noexcept
      : cost(truth.size() > 1 ? static_cast<double>(truth[1]) : 0),
        logged(truth.size() > 2 ? static_cast<double>(truth[2]) : 1) {
    const auto chosen = static_cast<std::size_t>(truth[0] > 0 ? truth[0] : 0);
    if (chosen < predicted.size()) policy = static_cast<double>(predicted[chosen]);
  }
  /// How much more often the policy does what was done.
  double ratio() const noexcept { return logged > 0 ? policy / logged : 0; }

  double cost, logged, policy = 0;
};

}  // namespace freshet
