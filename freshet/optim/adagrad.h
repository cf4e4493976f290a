#pragma once
#include "freshet/base/math.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

/// A rate for each weight that shrinks with the gradients it has met: G += g^2; w -= rate g / (sqrt(G) + 1e-10).
/// Suits sparse data: rare features keep learning fast.
/// Source: Duchi, Hazan, Singer, JMLR 2011.
struct Adagrad {
  static constexpr uint32_t kSlots = 1;
  static constexpr float kLearningRate = .1f;
  float rate;

  static Adagrad at(const OptimizerClock&, double rate) noexcept {
    return {static_cast<float>(rate)};
  }
  float operator()(float w, float g, float& sum, float&) const noexcept {
    sum += g * g;
    return w - rate * g / (math_sqrt(sum) + 1e-10f);
  }
};

}  // namespace freshet
