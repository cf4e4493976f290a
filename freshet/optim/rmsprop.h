#pragma once
#include "freshet/base/math.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

/// A rate for each weight that follows the recent size of its gradients: s = .99 s + .01 g^2; w -= rate g / (sqrt(s) + 1e-8).
/// Unlike adagrad's it never dies out: suits targets that move.
/// Source: Tieleman, Hinton, Coursera lecture 6.5, 2012.
struct RmsProp {
  static constexpr uint32_t kSlots = 1;
  static constexpr float kLearningRate = .01f;
  float rate;

  /// An average that fades towards nothing is nothing: no denormal numbers, on which processors crawl.
  static float settled(float x) noexcept { return x < 1e-30f ? 0 : x; }

  static RmsProp at(const OptimizerClock&, double rate) noexcept {
    return {static_cast<float>(rate)};
  }
  float operator()(float w, float g, float& average, float&) const noexcept {
    average = settled(.99f * average + .01f * (g * g));
    return w - rate * g / (math_sqrt(average) + 1e-8f);
  }
};

}  // namespace freshet
