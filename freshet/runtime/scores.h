#pragma once
/// How good a model is, beside its baselines, at one moment: values, not machinery.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace freshet {

class Evaluation;

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

/// Copies them. Never null.
std::shared_ptr<const Scores> scores_of(const Evaluation& evaluation) noexcept;

}  // namespace freshet
