#pragma once
/// What `freshet bench` runs. The benchmarks live in bench/, outside the library: only main links them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/cli/figure.h"

namespace freshet {

struct BenchSettings {
  std::string data;    // folder with the large public streams, as tests find it; empty: not there
  std::string folder;  // on the disk to be measured
  uint32_t rounds = 5;
  std::vector<std::string> vs;  // peers to run beside ours; empty: all that are installed
  std::string peers;            // their virtual environment: `make peers`
  uint64_t examples = 0;        // of made-up texts; 0: as many as the published figures have
  bool exhaustive = false;      // also what takes minutes
};

struct Benchmark {
  std::string_view name, summary;
  Result<std::vector<Figure>> (*run)(const BenchSettings& settings) noexcept;
};

/// All of them. Defined in bench/benchmarks.cc; called by main alone.
std::span<const Benchmark> benchmarks() noexcept;

/// What main handed over; empty in tests.
void set_benchmarks(std::span<const Benchmark> all) noexcept;
std::span<const Benchmark> known_benchmarks() noexcept;

}  // namespace freshet
