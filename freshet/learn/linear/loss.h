#pragma once
/// Losses of linear models: their slope in the raw score, and what a raw score predicts.

#include <cstdint>

#include "freshet/base/math.h"

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
