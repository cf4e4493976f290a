#pragma once
/// How good a model is, beside its baselines, at one moment: values, not machinery.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace freshet {

/// One metric: since the start, over the last `window` scored examples, faded. NaN: not known yet.
struct MetricScores {
  std::string name;
  double all = std::numeric_limits<double>::quiet_NaN();
  double window = std::numeric_limits<double>::quiet_NaN();
  double faded = std::numeric_limits<double>::quiet_NaN();
};

struct Scores {
  uint64_t scored = 0;   // examples
  uint32_t window = 0;   // examples of the window
  std::vector<MetricScores> metrics;
  struct Baseline {
    std::string name;
    std::vector<MetricScores> metrics;
  };
  std::vector<Baseline> baselines;
};

}  // namespace freshet
