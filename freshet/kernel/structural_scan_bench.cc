#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "freshet/kernel/level.h"
#include "freshet/kernel/structural_scan.h"

namespace freshet::kernel {
namespace {

// Click text has one structural byte in seven.
void scan_at(benchmark::State& state, Level level) {
  if (!use(level).ok()) {
    state.SkipWithError("this machine hasn't got the level");
    return;
  }
  std::string text;
  while (text.size() < 16384)
    text += "seldom:0.0412 ";
  std::vector<uint32_t> positions(text.size() + kScanSlack);
  const std::size_t size = text.size();
  text.append(kScanSlack, ' ');
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        structural_scan({text.data(), size}, {' ', ':', '|', '\n'}, positions));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * size));
}
BENCHMARK_CAPTURE(scan_at, scalar, Level::scalar);
BENCHMARK_CAPTURE(scan_at, sse2, Level::sse2);
BENCHMARK_CAPTURE(scan_at, avx2, Level::avx2);
BENCHMARK_CAPTURE(scan_at, avx512, Level::avx512);

}  // namespace
}  // namespace freshet::kernel
