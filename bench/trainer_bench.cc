#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>
#include <time.h>

#include "bench/made_up.h"
#include "bench/measure.h"
#include "bench/publish_bench.h"
#include "freshet/base/failure.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/served_model.h"

namespace freshet {
namespace {

constexpr uint32_t kRows = 256;  // of one call

/// Processor time of the trainer's thread, which shows itself with the first example.
class TrainerTime final : public TrainerObserver {
 public:
  void learned(const Learned&) noexcept override {
    if (is_known_.load(std::memory_order_relaxed)) return;
    ::pthread_getcpuclockid(::pthread_self(), &clock_);
    is_known_.store(true, std::memory_order_release);
  }
  double seconds() const {
    if (!is_known_.load(std::memory_order_acquire)) return 0;
    timespec now{};
    ::clock_gettime(clock_, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  }

 private:
  clockid_t clock_{};
  std::atomic<bool> is_known_{false};
};

struct Speed {
  double per_s = 0;            // examples
  double per_processor_s = 0;  // of the trainer's thread
};

/// How fast the trainer learns a backlog that lies in memory, with or without a reader.
Result<Speed> learn_backlog(const TrainerBenchOptions& options, const std::string& spec, bool is_hashed, bool has_reader) {
  const std::string folder = options.folder + "/freshet-trainer-bench";
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  LogThreads threads;
  ServedModelOptions serve;
  serve.folder = folder;
  serve.spec = spec;
  serve.max_backlog = serve.max_queue_bytes = uint64_t{4} << 30;
  serve.checkpoint_every_us = int64_t{1} << 50;
  serve.checkpoint_every_events = ~uint64_t{0};
  TrainerTime time;
  serve.observer = &time;
  FRESHET_TRY_ASSIGN(const auto model, ServedModel::open(std::move(serve), threads, catalog()));
  model->pause();
  std::atomic<uint32_t> learned{0}, failed{0};
  const uint32_t calls = options.examples / kRows;
  for (uint32_t k = 0; k < calls; ++k) {
    TrainCall call;
    call.block = made_up_rows(uint64_t{k} * kRows, kRows, is_hashed);
    FRESHET_TRY(model->train(std::move(call), [&](TrainResult&& result) noexcept {
      if (!result.status.ok() || result.skipped != 0) ++failed;
      ++learned;
    }));
  }
  while (model->appender().end() < calls) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    if (!has_reader) return;
    const ExampleBlock asked = made_up_rows(1, kRows, is_hashed);
    const int64_t begin = steady_ns();
    for (uint64_t k = 0; !stop.load(std::memory_order_relaxed); ++k) {
      const int64_t planned = begin + static_cast<int64_t>(k) * 1'000'000'000 / options.reads_per_s;
      if (const int64_t early = planned - steady_ns(); early > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(early));
      const ReadGuard now = model->read();
      float out[8] = {};
      if (now.outputs() <= 8) now.predict(asked[static_cast<uint32_t>(k % kRows)], std::span(out, now.outputs()));
    }
  });
  const int64_t begin = steady_ns();
  model->resume();
  while (learned < calls) std::this_thread::sleep_for(std::chrono::microseconds(200));
  const double seconds = static_cast<double>(steady_ns() - begin) / 1e9;
  const double processor_seconds = time.seconds();
  stop = true;
  reader.join();
  std::filesystem::remove_all(folder, ignored);
  if (failed != 0) return Status(Code::internal, "bench trainer: examples were refused");
  const double examples = static_cast<double>(calls) * kRows;
  return Speed{examples / seconds, examples / processor_seconds};
}

}  // namespace

Result<std::vector<Figure>> bench_trainer(const TrainerBenchOptions& options) noexcept {
  std::vector<Figure> figures;
  for (const bool is_hashed : {false, true}) {
    const std::string spec = is_hashed ? "logistic(bits=18)" : "scale | logistic";
    std::vector<double> alone, quotients, processor_quotients;
    for (uint32_t round = 0; round < options.rounds; ++round) {
      FRESHET_TRY_ASSIGN(const Speed without, learn_backlog(options, spec, is_hashed, false));
      FRESHET_TRY_ASSIGN(const Speed with, learn_backlog(options, spec, is_hashed, true));
      alone.push_back(without.per_processor_s);
      quotients.push_back(with.per_s / without.per_s);
      processor_quotients.push_back(with.per_processor_s / without.per_processor_s);
    }
    const std::string reader = " beside a reader at " + std::to_string(options.reads_per_s) + " predictions/s, against alone";
    figures.push_back({"trainer of " + spec + ", 16 features, scores included, a second of its thread", median(alone),
                       "examples/s"});
    figures.push_back({"the same" + reader + ", by the thread's time", median(processor_quotients), "times"});
    figures.push_back({"the same" + reader, median(quotients), "times", 0.9, true});
  }
  return figures;
}

}  // namespace freshet
