#pragma once
/// Losses of linear models: their value, and its slope in the raw score.

#include <cstdint>

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/learner.h"

namespace freshet {

enum class Loss : uint8_t {
  squared,
  logistic,
  hinge,
  absolute,
  quantile,
  epsilon,
  huber,
  poisson,
  perceptron
};

/// What shapes a loss; each names the losses that read it.
struct LossShape {
  double margin = 1;  // hinge
  double tau = .5;    // quantile
  double eps = .1;    // epsilon: half the tube's width
  double c = 1;       // huber: where quadratic turns linear

  bool operator==(const LossShape&) const = default;
};

/// The target of a checked example: the number, or -1 and 1 for two classes.
inline double target_of(const Example& x, Label label) noexcept {
  const double y = static_cast<double>(x.label[0]);
  return label != Label::one_class ? y : y == 1 ? 1 : -1;
}

/// What a raw score predicts: P(positive), or the number; is_count: e^raw, as poisson has it.
inline float linked(double raw, Label label, bool is_count = false) noexcept {
  if (label == Label::one_class) return static_cast<float>(math_sigmoid(raw));
  return clamp_to_float(is_count ? math_exp(raw < 700 ? raw : 700) : raw);
}

/// The loss itself; y as for slope(). Sums of it are what searches without gradients look at.
inline double loss_value(Loss loss, double raw, double y, const LossShape& shape) noexcept {
  const double e = raw - y, size = math_abs(e);
  const auto positive = [](double x) { return x > 0 ? x : 0; };
  switch (loss) {
    case Loss::squared:
      return e * e;
    case Loss::logistic:
      return math_log1p_exp(-y * raw);
    case Loss::hinge:
      return positive(shape.margin - y * raw);
    case Loss::perceptron:
      return positive(-y * raw);
    case Loss::absolute:
      return size;
    case Loss::quantile:
      return e > 0 ? (1 - shape.tau) * e : -shape.tau * e;
    case Loss::epsilon:
      return positive(size - shape.eps);
    case Loss::huber:
      return size <= shape.c ? e * e / 2 : shape.c * (size - shape.c / 2);
    case Loss::poisson:
      return math_exp(raw < 700 ? raw : 700) - y * raw;
  }
  return 0;
}

/// d loss / d raw.  y: the target, or -1 and 1 for the classes of logistic, hinge and perceptron (squared takes both).
inline double slope(Loss loss, double raw, double y, const LossShape& shape) noexcept {
  const double e = raw - y;
  switch (loss) {
    case Loss::squared:
      return 2 * e;
    case Loss::logistic:
      return -y * math_sigmoid(-y * raw);
    case Loss::hinge:
      return y * raw < shape.margin ? -y : 0;
    case Loss::perceptron:  // hinge of margin 0 that also learns where it is undecided
      return y * raw <= 0 ? -y : 0;
    case Loss::absolute:
      return e > 0 ? 1 : e < 0 ? -1 : 0;
    case Loss::quantile:
      return (e > 0 ? 1 : 0) - shape.tau;
    case Loss::epsilon:
      return e > shape.eps ? 1 : e < -shape.eps ? -1 : 0;
    case Loss::huber:
      return e > shape.c ? shape.c : e < -shape.c ? -shape.c : e;
    case Loss::poisson:
      return math_exp(raw < 700 ? raw : 700) - y;  // finite; clip does the rest
  }
  return 0;
}

}  // namespace freshet
