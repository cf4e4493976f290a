#include "freshet/cli/benchmark.h"

namespace freshet {

#define FRESHET_BENCHMARK(name) extern const Benchmark name##_benchmark;
#include "bench/benchmarks.def"
#undef FRESHET_BENCHMARK

std::span<const Benchmark> benchmarks() noexcept {
  static const Benchmark all[] = {
#define FRESHET_BENCHMARK(name) name##_benchmark,
#include "bench/benchmarks.def"
#undef FRESHET_BENCHMARK
  };
  return all;
}

}  // namespace freshet
