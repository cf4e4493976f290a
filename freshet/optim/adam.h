#pragma once
#include "freshet/base/math.h"
#include "freshet/optim/optimizer.h"

namespace freshet {

/// Faded averages of the gradient and of its square, bias-corrected:
/// m = .9 m + .1 g; v = .999 v + .001 g^2; w -= rate (m / (1 - .9^t)) / (sqrt(v / (1 - .999^t)) + 1e-8).
/// t counts examples, also for weights whose features were absent.
/// Source: Kingma, Ba, ICLR 2015.
struct Adam {
  static constexpr uint32_t kSlots = 2;
  static constexpr float kLearningRate = .01f;
  float rate, first, second;  // the corrections' reciprocals

  /// Averages that fade towards nothing are nothing: no denormal numbers, on which processors crawl.
  static float settled(float x) noexcept { return math_abs(x) < 1e-30f ? 0 : x; }

  static Adam at(const OptimizerClock& clock, double rate) noexcept {
    return {static_cast<float>(rate), static_cast<float>(1 / (1 - clock.first)),
            static_cast<float>(1 / (1 - clock.second))};
  }
  float operator()(float w, float g, float& m, float& v) const noexcept {
    m = settled(.9f * m + .1f * g);
    v = settled(.999f * v + .001f * (g * g));
    return w - rate * (m * first) / (math_sqrt(v * second) + 1e-8f);
  }
};

}  // namespace freshet
