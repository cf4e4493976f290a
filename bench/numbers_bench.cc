/// Numbers in text and back: their speed at each instruction set and, with --exhaustive, every float32
/// in its shortest form and as %.9g.

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/measure.h"
#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/base/rng.h"
#include "freshet/cli/benchmark.h"
#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/level.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

using kernel::kTokenSlack;
constexpr uint32_t kBatch = 4096;

// Many numbers as tokens of one text.
class Numbers {
 public:
  Numbers() : begin_(kBatch + kTokenSlack), size_(kBatch + kTokenSlack) {}
  void clear() noexcept {
    text_.clear();
    count_ = 0;
  }
  void add(std::string_view number) noexcept {
    begin_[count_] = static_cast<uint32_t>(text_.size());
    size_[count_++] = static_cast<uint32_t>(number.size());
    text_.append(number).push_back(' ');
  }
  kernel::Tokens tokens() noexcept {
    text_.append(64, ' ');
    for (uint32_t k = count_; k < count_ + kTokenSlack; ++k)
      begin_[k] = size_[k] = 0;
    return {text_.data(), begin_.data(), size_.data(), count_};
  }
  std::string_view text(uint32_t k) const noexcept {
    return std::string_view(text_).substr(begin_[k], size_[k]);
  }

 private:
  std::string text_;
  std::vector<uint32_t> begin_, size_;
  uint32_t count_ = 0;
};

// Each float in both forms is read back as itself, or the text that isn't.
Status check(uint32_t first, Numbers& numbers, std::vector<float>& out) noexcept {
  for (const bool is_shortest : {true, false}) {
    numbers.clear();
    uint32_t count = 0;
    for (uint32_t k = 0; k < kBatch; ++k) {
      const float value = bit_cast<float>(first + k);
      if (!is_finite(value)) continue;
      char text[kNumberChars];
      const int size = is_shortest
                           ? static_cast<int>(format_float(value, text) - text)
                           : std::snprintf(text, sizeof(text), "%.9g", static_cast<double>(value));
      numbers.add({text, static_cast<std::size_t>(size)});
      ++count;
    }
    kernel::decimal_x4(numbers.tokens(), out.data());
    for (uint32_t k = 0, at = 0; k < kBatch && at < count; ++k) {
      const float value = bit_cast<float>(first + k);
      if (!is_finite(value)) continue;
      if (bit_cast<uint32_t>(out[at]) != first + k)
        return failure(Code::internal, "numbers: \"" + std::string(numbers.text(at)) +
                                           "\" isn't read as the float it was made from");
      ++at;
    }
  }
  return {};
}

// All floats in parts, which the threads take one after another; told as they are done: it takes minutes.
class Walk {
 public:
  Status run() noexcept {
    std::vector<std::thread> threads;
    for (unsigned k = 1; k < std::thread::hardware_concurrency(); ++k)
      threads.emplace_back([this]() noexcept { take_part(); });
    take_part();
    for (std::thread& thread : threads)
      thread.join();
    return std::move(failed_);
  }

 private:
  static constexpr uint32_t kParts = 64;

  void take_part() noexcept {
    Numbers numbers;
    std::vector<float> out(kBatch + kTokenSlack);
    for (uint32_t part = next_++; part < kParts; part = next_++) {
      constexpr uint64_t kPart = (uint64_t{1} << 32) / kParts;
      Status status;
      for (uint64_t k = 0; k < kPart && status.ok(); k += kBatch)
        status = check(static_cast<uint32_t>(part * kPart + k), numbers, out);
      const std::lock_guard lock(mutex_);
      if (!status.ok()) {
        failed_ = std::move(status);
        next_ = kParts;
        return;
      }
      notice(Level::info, "numbers: " + std::to_string(++done_) + " of " + std::to_string(kParts) +
                              " parts of all float32 are read back right");
    }
  }

  std::atomic<uint32_t> next_{0};
  std::mutex mutex_;
  Status failed_;
  uint32_t done_ = 0;
};

Status walk_all(std::vector<Figure>& figures) noexcept {
  const double begin = process_cpu_seconds();
  FRESHET_TRY(Walk().run());
  figures.push_back(
      {"every float32, shortest and %.9g, read back, CPU", process_cpu_seconds() - begin, "s"});
  return {};
}

double read_many(Numbers& numbers, std::vector<float>& out) noexcept {
  constexpr int kTimes = 500;
  const kernel::Tokens tokens = numbers.tokens();
  const double begin = process_cpu_seconds();
  for (int k = 0; k < kTimes; ++k)
    kernel::decimal_x4(tokens, out.data());
  return (process_cpu_seconds() - begin) * 1e9 / kTimes / kBatch;
}

void bench_form(const char* name, const char* form, const BenchSettings& settings,
                std::vector<Figure>& figures) noexcept {
  Numbers numbers;
  Draws draws(1, 0, 0);
  for (uint32_t k = 0; k < kBatch; ++k) {
    char text[64];
    const int size = std::snprintf(text, sizeof(text), form, draws.uniform());
    numbers.add({text, static_cast<std::size_t>(size)});
  }
  std::vector<float> out(kBatch + kTokenSlack);
  using enum kernel::Level;
  for (const kernel::Level level : {avx512, avx2, sse2, neon, scalar}) {
    if (!kernel::use(level).ok()) continue;
    std::vector<double> times;
    for (uint32_t round = 0; round < settings.rounds; ++round)
      times.push_back(read_many(numbers, out));
    figures.push_back({std::string(name) + ", " + std::string(kernel::level_name(level)),
                       median(std::move(times)), "ns"});
  }
}

Result<std::vector<Figure>> run(const BenchSettings& settings) noexcept {
  const kernel::Level before = kernel::level();
  std::vector<Figure> figures;
  bench_form("a number such as 0.0412", "%.4f", settings, figures);
  bench_form("a number such as 3.9656971e-02", "%.7e", settings, figures);
  bench_form("a number such as 0.123456789", "%.9f", settings, figures);
  (void)kernel::use(before).ok();
  if (settings.exhaustive) FRESHET_TRY(walk_all(figures));
  return figures;
}

}  // namespace

extern const Benchmark numbers_benchmark;
constinit const Benchmark numbers_benchmark{
    "numbers", "Numbers in text: speed; with --exhaustive every float32 there and back.", &run};

}  // namespace freshet
