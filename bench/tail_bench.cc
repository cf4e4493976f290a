/// How long predictions over HTTP take while the model learns as fast as it can.
///
/// On a machine whose cores are busy a thread that wakes up waits for one, whoever keeps it busy; so learning is compared
/// with another process that learns the same, alone on one thread, while the server's own trainer is paused. The trainer
/// works off a log that was written before: each pair of halves opens the server on it afresh, without a checkpoint, and
/// it learns what it finds. Making and appending events meanwhile would be other busy threads, and gigabytes of events
/// that wait in memory would keep the kernel busy as they are freed. It publishes and writes checkpoints as ever.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/child_process.h"
#include "bench/http_bench.h"
#include "bench/load.h"
#include "bench/made_up.h"
#include "bench/measure.h"
#include "bench/served.h"
#include "freshet/base/failure.h"
#include "freshet/cli/benchmark.h"
#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kRows = 4096;  // of one event
constexpr uint32_t kPairs = 11;   // at least
constexpr double kRate = 2000;    // requests/s of the open loop
constexpr double kSeconds = 5;    // of each half of a pair
constexpr double kSurplus = 1.3;  // of the log: no trainer is that much faster than it was alone
constexpr uint64_t kFirst = 256;  // events by which it is known how fast it is
constexpr int64_t kCheckpointUs = 2'000'000;

void sleep_ms(int64_t ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

/// The made-up rows as a table with the target behind.
Status write_table(const std::string& path) noexcept {
  std::ofstream file(path);
  for (uint32_t k = 0; k < kMadeUpWidth; ++k)
    file << 'c' << k << ',';
  file << "y\n";
  const ExampleBlock rows = made_up_rows(0, kRows, false);
  for (uint32_t row = 0; row < kRows; ++row) {
    for (const float value : rows[row].dense)
      file << value << ',';
    file << rows[row].label[0] << '\n';
  }
  file.close();
  return file ? Status() : failure(Code::unavailable, "bench: cannot write " + path);
}

class Tail {
 public:
  Tail(std::string folder, std::string spec) : folder_(std::move(folder)), spec_(std::move(spec)) {}

  Status measure(uint32_t pairs) noexcept {
    std::error_code error;
    fs::create_directories(folder_, error);
    FRESHET_TRY(write_table(folder_ + "/rows.csv"));
    FRESHET_TRY(append(kFirst));
    FRESHET_TRY_ASSIGN(const double events_per_s, speed());
    FRESHET_TRY(append(static_cast<uint64_t>(events_per_s * kSeconds * kSurplus)));
    for (uint32_t pair = 0; pair < pairs; ++pair) {
      FRESHET_TRY_ASSIGN(Served served, open());
      served.model().model().pause();
      sleep_ms(1000);  // what opening has left to the kernel and to the background thread is done
      if (pair % 2 == 0) FRESHET_TRY(beside_another(served));
      FRESHET_TRY(while_learning(served));
      if (pair % 2 == 1) FRESHET_TRY(beside_another(served));
    }
    return {};
  }

  void report(const std::string& mode, std::vector<Figure>& figures) const {
    const std::string what = "predict over HTTP at 2,000/s, " + mode + ", ";
    const auto add = [&](const char* name, const std::vector<LoadResult>& half) {
      const Spread p99 = spread(half, &LoadResult::p99_us);
      figures.push_back({what + "p50 " + name, spread(half, &LoadResult::p50_us).middle, "us"});
      figures.push_back({what + "p99 " + name, p99.middle, "us", {}, true, p99.note("us")});
    };
    add("beside a process that learns the same", beside_);
    add("while the trainer runs flat out", learning_);
    std::vector<double> quotients;
    for (std::size_t k = 0; k < learning_.size(); ++k)
      quotients.push_back(learning_[k].p99_us / beside_[k].p99_us);
    const Spread p99 = Spread(std::move(quotients));
    figures.push_back({what + "p99, quotient of " + std::to_string(learning_.size()) + " pairs",
                       p99.middle, "times", 1.2, false, p99.note("times")});
  }

 private:
  struct Spread {
    explicit Spread(std::vector<double> values) : middle(median(values)) {
      std::sort(values.begin(), values.end());
      quarter = values[values.size() / 4];
      three_quarters = values[values.size() - 1 - values.size() / 4];
    }
    std::string note(const char* unit) const {
      const auto shown = [](double x) {
        std::string text = std::to_string(x);
        return text.substr(0, x < 10 ? text.find('.') + 3 : text.find('.'));
      };
      return "half of them from " + shown(quarter) + " to " + shown(three_quarters) + " " + unit;
    }
    double middle, quarter, three_quarters;
  };

  static Spread spread(const std::vector<LoadResult>& half, double LoadResult::* figure) {
    std::vector<double> values;
    for (const LoadResult& one : half)
      values.push_back(one.*figure);
    return Spread(std::move(values));
  }

  /// With the whole log still to be learned.
  Result<Served> open() const noexcept {
    std::error_code error;
    fs::remove_all(folder_ + "/data/m/slots", error);
    ServedModelOptions options;
    options.spec = spec_;
    options.checkpoint_every_us = kCheckpointUs;
    options.keeps_log = true;
    return Served::open(folder_ + "/data", std::move(options));
  }

  /// Events to the log.
  Status append(uint64_t events) noexcept {
    FRESHET_TRY_ASSIGN(Served served, open());
    std::atomic<uint64_t> waiting{0};
    std::atomic<bool> is_refused{false};
    Status failed;
    for (uint64_t k = 0; k < events && failed.ok(); ++k) {
      while (waiting >= 64)
        sleep_ms(1);
      TrainCall call;
      call.block = made_up_rows(k * kRows, kRows, false);
      ++waiting;
      failed = served.model().train(std::move(call), [&](TrainResult&& result) noexcept {
        if (!result.status.ok() || result.skipped != 0) is_refused = true;
        --waiting;
      });
      if (!failed.ok()) --waiting;
    }
    while (waiting != 0)
      sleep_ms(1);
    if (is_refused) return {Code::internal, "bench: examples were refused"};
    return failed;
  }

  /// Events a second of the trainer alone.
  Result<double> speed() const noexcept {
    FRESHET_TRY_ASSIGN(Served served, open());
    const int64_t begin_ns = steady_ns();
    while (!is_learned(served))
      sleep_ms(1);
    return kFirst * 1e9 / static_cast<double>(steady_ns() - begin_ns);
  }

  static bool is_learned(Served& served) noexcept {
    const ServedModelStatus now = served.model().model().status();
    return now.applied >= now.appended;
  }

  Status beside_another(const Served& served) noexcept {
    FRESHET_TRY_ASSIGN(
        const ChildProcess other,
        ChildProcess::start({own_program(), "train", spec_, "--data", folder_ + "/rows.csv",
                             "--cache", folder_ + "/rows.frb", "--passes", "1000000", "--threads",
                             "1", "--model", folder_ + "/other.frsh", "--quiet"},
                            {.is_quiet = true}));
    sleep_ms(300);
    return ask(served, beside_);
  }

  Status while_learning(Served& served) noexcept {
    served.model().model().resume();
    FRESHET_TRY(ask(served, learning_));
    const bool is_over = is_learned(served);
    served.model().model().pause();
    if (!is_over) return {};
    return {Code::internal, "bench: the log was learned before the time was over"};
  }

  static Status ask(const Served& served, std::vector<LoadResult>& half) noexcept {
    FRESHET_TRY_ASSIGN(const LoadResult load,
                       run_load({.port = served.port,
                                 .request = http_request(kInferPath, infer_body()),
                                 .rate_hz = kRate,
                                 .seconds = kSeconds,
                                 .connections = 16}));
    if (load.failed != 0)
      return failure(Code::internal, "bench: " + std::to_string(load.failed) +
                                         " requests were not answered with 200");
    half.push_back(load);
    return {};
  }

  const std::string folder_, spec_;
  std::vector<LoadResult> beside_, learning_;
};

Result<std::vector<Figure>> run(const BenchSettings& settings) noexcept {
  const std::string folder = settings.folder + "/freshet-tail-bench";
  std::error_code error;
  std::vector<Figure> figures;
  for (const auto& [mode, spec] : {std::pair("snapshot", "scale | logistic"),
                                   std::pair("live", "hash(bits=18) | logistic(bits=18)")}) {
    fs::remove_all(folder, error);
    Tail tail(folder, spec);
    FRESHET_TRY(tail.measure(std::max(settings.rounds, kPairs)));
    tail.report(mode, figures);
  }
  fs::remove_all(folder, error);
  return figures;
}

}  // namespace

extern const Benchmark tail_benchmark;
constinit const Benchmark tail_benchmark{
    "tail", "Predictions over HTTP while the model learns flat out; 2 GB of disk, 5 minutes.",
    &run};

}  // namespace freshet
