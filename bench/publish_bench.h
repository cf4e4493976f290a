#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/figure.h"
#include "freshet/base/status.h"

namespace freshet {

struct PublishBenchOptions {
  uint32_t rounds = 7;      // of each comparison, interleaved; the median of their quotients counts
  double seconds = 0.2;     // of each measurement
};

/// What publication costs readers and the writer, each beside the same work on a private object in the same run: reading a
/// hashed table while nobody writes, storing into it for live readers, reading a dense model through a guard, and learning
/// live with a reader flat out (reported: cache lines travel between the cores).
Result<std::vector<Figure>> bench_publish(const PublishBenchOptions& options) noexcept;

struct TornBenchOptions {
  uint32_t params = 1'000'000;
  uint32_t readers = 8;
  double seconds = 10;
};

/// Readers at full speed beside one writer that never stops: predictions that mix two states.
Result<std::vector<Figure>> bench_torn(const TornBenchOptions& options) noexcept;

struct TrainerBenchOptions {
  std::string folder;       // for the logs; a folder of its own is made in it and removed
  uint32_t rounds = 5;      // interleaved: alone, with a reader
  uint32_t examples = 400'000;
  uint32_t reads_per_s = 10'000;
};

/// How fast a served model's trainer learns a backlog, alone and beside one reader in the process, live and snapshot.
Result<std::vector<Figure>> bench_trainer(const TrainerBenchOptions& options) noexcept;

}  // namespace freshet
