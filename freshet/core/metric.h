#pragma once
/// A metric: a running score of predictions against truth.

#include <cstdint>
#include <span>

#include "freshet/base/status.h"
#include "freshet/core/component.h"

namespace freshet {

enum class Label : uint8_t;  // core/learner.h
class SumMetric;

class Metric : public Component {
 public:
  /// truth: shape [1], a class id or target; predicted: shape [outputs], as Learner::predict wrote
  /// it (one value: P(positive) for a class metric). Class ids >= predicted.size() have probability
  /// 0.
  virtual void update(std::span<const float> truth, std::span<const float> predicted,
                      float weight) noexcept = 0;
  /// The value so far; NaN before the first update.
  virtual double value() const noexcept = 0;
  virtual Status merge(const Metric& same_kind) noexcept = 0;
  virtual Result<std::unique_ptr<Metric>> clone() const noexcept = 0;
  /// What it scores: classes (Label::one_class), targets (Label::number), or none: anything.
  virtual Label label() const noexcept { return Label{}; }
  /// False for losses and errors.
  virtual bool larger_is_better() const noexcept { return true; }
  /// The class that precision, auc and their kind look for, by id. May come at any time before
  /// scores of that class. Others ignore it.
  virtual void set_positive(uint32_t) noexcept {}
  /// This metric as the sum of contributions it is, which windows and fading need
  /// (metric/sum_metric.h), or null: the core has no RTTI.
  virtual SumMetric* sums() noexcept { return nullptr; }
  /// Forgets everything.
  virtual void reset() noexcept = 0;
};

}  // namespace freshet
