#include <vector>

#include <benchmark/benchmark.h>

#include "freshet/kernel/axpy.h"
#include "freshet/kernel/dot.h"
#include "freshet/kernel/gather.h"
#include "freshet/kernel/level.h"

// Run: ninja -C build/release kernel_bench && build/release/bench/kernel_bench
// The promise (house.md, "Done means"): dot in 16 lanes takes at most a fifth of the plain loop at the same flags.
namespace freshet::kernel {
namespace {

std::vector<float> numbers(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; i++)
    values[i] = 1 / (1 + static_cast<float>(i));
  return values;
}

void plain_loop(benchmark::State& state) {
  const std::vector<float> a = numbers(static_cast<std::size_t>(state.range(0))), b = a;
  for (auto _ : state) {
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); i++)
      sum += a[i] * b[i];
    benchmark::DoNotOptimize(sum);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(plain_loop)->Arg(8)->Arg(30)->Arg(1024);

bool switch_to(benchmark::State& state, Level level) {
  if (use(level).ok()) return true;
  state.SkipWithError("this machine hasn't got the level");
  return false;
}

void dot_at(benchmark::State& state, Level level) {
  if (!switch_to(state, level)) return;
  const std::vector<float> a = numbers(static_cast<std::size_t>(state.range(0))), b = a;
  for (auto _ : state) {
    benchmark::DoNotOptimize(dot(a, b));
    benchmark::ClobberMemory();
  }
}
BENCHMARK_CAPTURE(dot_at, scalar, Level::scalar)->Arg(8)->Arg(30)->Arg(1024);
BENCHMARK_CAPTURE(dot_at, sse2, Level::sse2)->Arg(8)->Arg(30)->Arg(1024);
BENCHMARK_CAPTURE(dot_at, avx2, Level::avx2)->Arg(8)->Arg(30)->Arg(1024);
BENCHMARK_CAPTURE(dot_at, avx512, Level::avx512)->Arg(8)->Arg(30)->Arg(1024);

void axpy_at(benchmark::State& state, Level level) {
  if (!switch_to(state, level)) return;
  const std::vector<float> x = numbers(static_cast<std::size_t>(state.range(0)));
  std::vector<float> y = x;
  for (auto _ : state) {
    axpy(1e-9f, x, y);
    benchmark::ClobberMemory();
  }
}
BENCHMARK_CAPTURE(axpy_at, scalar, Level::scalar)->Arg(1024);
BENCHMARK_CAPTURE(axpy_at, avx2, Level::avx2)->Arg(1024);
BENCHMARK_CAPTURE(axpy_at, avx512, Level::avx512)->Arg(1024);

void gather_plain(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::vector<float> weights = numbers(1 << 14), values = numbers(n);
  std::vector<uint32_t> index(n);
  for (std::size_t i = 0; i < n; i++)
    index[i] = static_cast<uint32_t>(i * 2654435761u);
  for (auto _ : state) {
    benchmark::DoNotOptimize(gather<PlainLoad>(index, values, weights.data(), (1 << 14) - 1));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(gather_plain)->Arg(4)->Arg(32)->Arg(256);

}  // namespace
}  // namespace freshet::kernel
