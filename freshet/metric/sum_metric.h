#pragma once
/// Metrics whose value is a function of sums over the scored examples: all of ours.
///
/// What one example adds is a Contribution. Because sums can be taken back and faded, one metric serves three ways: over
/// everything (SumMetric::update), over a window (metric/window.h) and faded (metric/faded.h).

#include <cstdint>
#include <memory>

#include "freshet/core/learner.h"
#include "freshet/core/metric.h"

namespace freshet {

/// What one scored example adds. Which fields mean what is the metric's business.
struct Contribution {
  uint32_t truth = 0, guess = 0;  // class ids
  double weight = 0;
  double value = 0, other = 0;
};

class SumMetric : public Metric {
 public:
  /// Pure but for what a metric remembers of the example before (kappa_t).  REQUIRES: predicted isn't empty.
  virtual Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                                    float weight) noexcept = 0;
  /// times 1 adds; -1 takes back the oldest contribution still in; a faded metric adds with growing factors.
  virtual void add(const Contribution& c, double times) noexcept = 0;
  /// Multiplies all weights so far. factor > 0
  virtual void multiply(double factor) noexcept = 0;

  /// Spec of the learner whose estimates it scores with (metric/decision_truth.h); empty: it needs none. Who evaluates
  /// makes it, asks it before each decision and teaches it the cost afterwards.
  virtual std::string_view estimator() const noexcept { return {}; }

  void update(std::span<const float> truth, std::span<const float> predicted,
              float weight) noexcept final {
    if (weight > 0 && !predicted.empty()) add(contribution(truth, predicted, weight), 1);
  }
  SumMetric* sums() noexcept final { return this; }
};

/// The class a prediction names: of one output, 1 if above a half; of more, the likeliest, ties to the lowest id.
inline uint32_t guessed_class(std::span<const float> predicted) noexcept {
  if (predicted.size() == 1) return predicted[0] > .5f ? 1 : 0;
  uint32_t best = 0;
  for (uint32_t k = 1; k < predicted.size(); k++)
    if (predicted[k] > predicted[best]) best = k;
  return best;
}

/// The probability a prediction gives to class `id`; 0 for classes it doesn't know.
inline double class_probability(std::span<const float> predicted, uint32_t id) noexcept {
  if (predicted.size() == 1) {
    const double positive = static_cast<double>(predicted[0]);
    return id == 1 ? positive : id == 0 ? 1 - positive : 0;
  }
  return id < predicted.size() ? static_cast<double>(predicted[id]) : 0;
}

/// The class id of a label: -1, the alias of 0 for two classes, included.
inline uint32_t true_class(std::span<const float> truth) noexcept {
  return truth[0] > 0 ? static_cast<uint32_t>(truth[0]) : 0;
}

}  // namespace freshet
