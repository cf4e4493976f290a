#pragma once
/// A metric: a running score of predictions against truth.

#include <span>

#include "freshet/base/status.h"
#include "freshet/core/component.h"

namespace freshet {

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
  /// Forgets everything.
  virtual void reset() noexcept = 0;
};

}  // namespace freshet
