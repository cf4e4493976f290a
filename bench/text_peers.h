#pragma once
/// From text to a trained model, beside Vowpal Wabbit, River and scikit-learn, in one run (docs/performance.md).
///
/// First each program runs once on each file, not counted; then rounds, A B and B A in turn, runs of one thread on one
/// core. The figure is the median over rounds of peer's time / ours: CPU time, or wall time where ours has two threads.
/// Where both train the same model and their losses differ at the fourth digit there is no ratio.

#include <vector>

#include "freshet/base/status.h"
#include "freshet/cli/benchmark.h"

namespace freshet {

/// Appends a figure for each job. Peers that aren't installed are left out with a notice, if nobody asked for them.
Status bench_text_peers(const BenchSettings& settings, std::vector<Figure>& figures) noexcept;

}  // namespace freshet
