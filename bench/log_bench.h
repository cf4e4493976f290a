#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/figure.h"
#include "freshet/base/status.h"

namespace freshet {

struct LogBenchOptions {
  std::string folder;   // on the disk to be measured; a folder of its own is made in it and removed
  uint32_t rounds = 5;  // of each comparison, interleaved; the median counts
  uint64_t bytes = uint64_t{128} << 20;  // appended in each round of the append path
  double seconds = 1;                    // of each measurement of durable clients
};

/// What the log costs, with segments of 64 MiB, as it has them after a while.
///
/// Append path: records of 4 KiB, 64 in flight, acks counted by callback, a reader that takes every record; beside it, in
/// turn, a loop that writes the same records in the batch sizes that the log used, to a file that grows. Durable clients:
/// 1, 16 and 64 threads that each wait for their ack before they send the next record of 256 bytes.
Result<std::vector<Figure>> bench_log(const LogBenchOptions& options) noexcept;

}  // namespace freshet
