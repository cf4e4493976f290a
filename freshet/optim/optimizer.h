#pragma once
/// What the optimizers of linear and factor models have in common.
///
/// A rule is a small value made once for each example; applied to one weight it takes the gradient and the weight's
/// slots, moves the slots and returns the weight's new value:
///
///     const Adagrad rule = Adagrad::at(clock, rate);
///     w = rule(w, g, G, unused);
///
/// Only the weights of features that are present are touched; the clock counts examples. Rules are templates' arguments,
/// so that a loop over features holds no call; the catalogue below is for people.

#include <cstdint>

#include "freshet/core/component.h"

namespace freshet {

/// The step count, and the powers that the bias corrections of adam need.
struct OptimizerClock {
  double steps = 0;              // examples learned
  double first = 1, second = 1;  // .9^steps, .999^steps

  /// Powers too small to change 1 - power become 0: they would end as denormal numbers, on which
  /// processors crawl.
  void advance() noexcept {
    steps += 1;
    first = first < kTiny ? 0 : first * .9;
    second = second < kTiny ? 0 : second * .999;
  }

  static constexpr double kTiny = 1e-20;
};

/// A catalogue entry: what `freshet list optimizers` shows. Its settings are options of the learner that uses it.
struct OptimizerEntry {
  Info info;
  float learning_rate;  // what learning_rate = 0 stands for
  uint32_t slots;       // floats kept beside each weight
};

}  // namespace freshet
