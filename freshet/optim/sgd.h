#pragma once
#include "freshet/optim/optimizer.h"

namespace freshet {

/// Stochastic gradient descent: w -= rate g.
/// Source: Robbins, Monro, "A Stochastic Approximation Method", 1951.
struct Sgd {
  static constexpr uint32_t kSlots = 0;
  static constexpr float kLearningRate = .01f;
  float rate;

  static Sgd at(const OptimizerClock&, double rate) noexcept { return {static_cast<float>(rate)}; }
  float operator()(float w, float g, float&, float&) const noexcept { return w - rate * g; }
};

}  // namespace freshet
