#pragma once
/// Counting into Learner::progress().

#include "freshet/core/learner.h"

namespace freshet {

/// One example with target y, weight h, that was scored `score` at a loss.
inline void count_example(Progress& progress, float y, float h, float score, float loss,
                          uint64_t features) noexcept {
  const double weight = static_cast<double>(h), target = static_cast<double>(y);
  progress.examples++;
  progress.features += features;
  progress.weight += weight;
  progress.label_sum += weight * target;
  progress.label_squares += weight * target * target;
  progress.loss_sum += weight * static_cast<double>(loss);
  progress.label = y;
  progress.prediction = score;
}

}  // namespace freshet
