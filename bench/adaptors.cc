/// What `freshet bench` runs of the libraries' own benchmarks: each with its settings.

#include "bench/learners_bench.h"
#include "bench/log_bench.h"
#include "bench/publish_bench.h"
#include "freshet/cli/benchmark.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

using Figures = Result<std::vector<Figure>>;

Figures run_log(const BenchSettings& settings) noexcept {
  LogBenchOptions options;
  options.folder = settings.folder;
  options.rounds = settings.rounds;
  return bench_log(options);
}

Figures run_learners(const BenchSettings& settings) noexcept {
  LearnersBenchOptions options;
  options.rounds = settings.rounds;
  return bench_learners(options, catalog());
}

Figures run_publish(const BenchSettings& settings) noexcept {
  PublishBenchOptions options;
  options.rounds = settings.rounds;
  return bench_publish(options);
}

Figures run_torn(const BenchSettings&) noexcept {
  return bench_torn({});
}

Figures run_trainer(const BenchSettings& settings) noexcept {
  TrainerBenchOptions options;
  options.folder = settings.folder;
  options.rounds = settings.rounds;
  return bench_trainer(options);
}

}  // namespace

extern const Benchmark log_benchmark, learners_benchmark, publish_benchmark, torn_benchmark,
    trainer_benchmark;
constinit const Benchmark log_benchmark{
    "log", "The append path and durable clients, against a loop that only writes.", &run_log};
constinit const Benchmark learners_benchmark{
    "learners", "One example, predicted and learned, rows in memory.", &run_learners};
constinit const Benchmark publish_benchmark{
    "publish", "What publication costs readers and the writer.", &run_publish};
constinit const Benchmark torn_benchmark{
    "torn", "Predictions that mix two states: there must be none.", &run_torn};
constinit const Benchmark trainer_benchmark{
    "trainer", "A served model's trainer, alone and beside a reader.", &run_trainer};

}  // namespace freshet
