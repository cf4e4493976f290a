#pragma once
#include "freshet/base/math.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

/// Follow the regularised leader, proximal form: the weight is a function of what was met, not of the weight before.
///
/// s = (sqrt(n + g^2) - sqrt(n)) / rate; z += g - s w; n += g^2; w = 0 while |z| <= l1, else
/// -(z - sign(z) l1) / ((1 + sqrt(n)) / rate + l2). l1 and l2 are its own: w is exactly 0 for what is rare or useless.
/// Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013, algorithm 1, beta 1.
struct FollowLeader {
  static constexpr uint32_t kSlots = 2;
  static constexpr float kLearningRate = .1f;
  float rate;
  float l1 = 0, l2 = 0;

  static FollowLeader at(const OptimizerClock&, double rate) noexcept {
    return {static_cast<float>(rate)};
  }
  float operator()(float w, float g, float& z, float& n) const noexcept {
    const float root = math_sqrt(n);
    n += g * g;
    const float next = math_sqrt(n);
    z += g - (next - root) / rate * w;
    const float owed = z > 0 ? z - l1 : z + l1;
    return math_abs(z) <= l1 ? 0 : -owed / ((1 + next) / rate + l2);
  }
};

}  // namespace freshet
