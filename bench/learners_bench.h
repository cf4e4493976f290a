#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/figure.h"
#include "freshet/base/status.h"
#include "freshet/core/registry.h"

namespace freshet {

struct LearnersBenchOptions {
  double seconds = 1;   // of each measurement
  uint32_t rounds = 5;  // of each; the fastest counts
};

/// Time of one example, learned and predicted just before (test-then-train with accuracy), rows in memory, one thread: 8
/// dense features and 2 classes as in Elec2, 30 features, and 18 features with 7 classes.
Result<std::vector<Figure>> bench_learners(const LearnersBenchOptions& options,
                                           const Registry& registry) noexcept;

}  // namespace freshet
