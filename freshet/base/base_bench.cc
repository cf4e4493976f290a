#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "freshet/base/chars.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/hash.h"
#include "freshet/base/math.h"
#include "freshet/base/pool.h"
#include "freshet/base/rng.h"

// Run: ninja -C build/release base_bench && build/release/bench/base_bench
// Peers in the same run: the C and C++ libraries. Times of numbers and functions are for 1,000 of them.
namespace freshet {
namespace {

constexpr int kMany = 1000;

std::vector<double> doubles(double low, double high) {
  Draws draws(1, 0, 0);
  std::vector<double> values(kMany);
  for (double& v : values)
    v = low + (high - low) * draws.uniform();
  return values;
}

template <class F>
void run_over(benchmark::State& state, double low, double high, F f) {
  const std::vector<double> values = doubles(low, high);
  for (auto _ : state) {
    double sum = 0;
    for (const double x : values)
      sum += f(x);
    benchmark::DoNotOptimize(sum);
  }
}
void exp_ours(benchmark::State& state) {
  run_over(state, -5, 5, [](double x) { return math_exp(x); });
}
void exp_library(benchmark::State& state) {
  run_over(state, -5, 5, [](double x) { return std::exp(x); });
}
void log_ours(benchmark::State& state) {
  run_over(state, 0.1, 9, [](double x) { return math_log(x); });
}
void log_library(benchmark::State& state) {
  run_over(state, 0.1, 9, [](double x) { return std::log(x); });
}
void pow_ours(benchmark::State& state) {
  run_over(state, 0.1, 9, [](double x) { return math_pow(x, 0.7); });
}
void pow_library(benchmark::State& state) {
  run_over(state, 0.1, 9, [](double x) { return std::pow(x, 0.7); });
}
void sigmoid_ours(benchmark::State& state) {
  run_over(state, -5, 5, [](double x) { return math_sigmoid(x); });
}
BENCHMARK(exp_ours);
BENCHMARK(exp_library);
BENCHMARK(log_ours);
BENCHMARK(log_library);
BENCHMARK(pow_ours);
BENCHMARK(pow_library);
BENCHMARK(sigmoid_ours);

// range(0): decimals behind the point.
std::vector<std::string> decimals(benchmark::State& state) {
  std::vector<std::string> texts;
  for (const double v : doubles(0, 1)) {
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", static_cast<int>(state.range(0)), v);
    texts.emplace_back(text);
  }
  return texts;
}

void parse_ours(benchmark::State& state) {
  const std::vector<std::string> texts = decimals(state);
  for (auto _ : state) {
    for (const std::string& text : texts) {
      float value = 0;
      parse_float32(text.data(), text.data() + text.size(), &value);
      benchmark::DoNotOptimize(value);
    }
  }
}
void parse_library(benchmark::State& state) {
  const std::vector<std::string> texts = decimals(state);
  for (auto _ : state) {
    for (const std::string& text : texts) {
      float value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value);
      benchmark::DoNotOptimize(value);
    }
  }
}
BENCHMARK(parse_ours)->Arg(4)->Arg(9)->Arg(17);
BENCHMARK(parse_library)->Arg(4)->Arg(9)->Arg(17);

void format_ours(benchmark::State& state) {
  const std::vector<double> values = doubles(0, 1000);
  char text[kNumberChars];
  for (auto _ : state) {
    for (const double v : values)
      benchmark::DoNotOptimize(format_double(v, text));
  }
}
void format_library(benchmark::State& state) {
  const std::vector<double> values = doubles(0, 1000);
  char text[kNumberChars];
  for (auto _ : state) {
    for (const double v : values)
      benchmark::DoNotOptimize(std::to_chars(text, text + sizeof(text), v));
  }
}
BENCHMARK(format_ours);
BENCHMARK(format_library);

template <uint32_t (*kSum)(std::span<const std::byte>, uint32_t) noexcept>
void checksum(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  for (auto _ : state)
    benchmark::DoNotOptimize(kSum(bytes, 0));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum<crc32c>)->Arg(64)->Arg(4096)->Arg(1 << 20);
BENCHMARK(checksum<crc32c_portable>)->Arg(4096);

void murmur(benchmark::State& state) {
  const std::string name = "seldom";
  uint32_t seed = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(seed = murmur3_32(name, seed));
}
BENCHMARK(murmur);

void draw_uniform(benchmark::State& state) {
  Draws draws(1, 0, 0);
  for (auto _ : state)
    benchmark::DoNotOptimize(draws.uniform());
}
void draw_poisson_6(benchmark::State& state) {
  Draws draws(1, 0, 0);
  for (auto _ : state)
    benchmark::DoNotOptimize(draws.poisson(6));
}
BENCHMARK(draw_uniform);
BENCHMARK(draw_poisson_6);

void pool_take_give(benchmark::State& state) {
  Pool pool;
  for (auto _ : state) {
    void* piece = pool.take(48);
    benchmark::DoNotOptimize(piece);
    pool.give(piece, 48);
  }
}
BENCHMARK(pool_take_give);

}  // namespace
}  // namespace freshet
