#pragma once
/// What benchmarks measure with: clocks that other programs of the machine don't move, and the middle of rounds.

#include <vector>

namespace freshet {

/// Processor seconds that this thread has used so far.
double thread_cpu_seconds() noexcept;
/// The same of all threads of this program, those that have ended too.
double process_cpu_seconds() noexcept;

/// The value in the middle; of an even number the greater of the two there. REQUIRES: !values.empty()
double median(std::vector<double> values) noexcept;

}  // namespace freshet
