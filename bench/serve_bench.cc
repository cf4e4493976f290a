/// A server as clients see it: requests a second beside an echo, the time to start.

#include <filesystem>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "bench/child_process.h"
#include "bench/http_bench.h"
#include "bench/made_up.h"
#include "bench/measure.h"
#include "bench/served.h"
#include "freshet/cli/benchmark.h"
#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// Teaches the model its columns.
Status learn_some(Served& served) noexcept {
  TrainCall training;
  training.block = made_up_rows(0, 4096, false);
  std::promise<bool> learned;
  FRESHET_TRY(served.model().train(std::move(training), [&](TrainResult&& result) noexcept {
    learned.set_value(result.status.ok() && result.skipped == 0);
  }));
  if (learned.get_future().get()) return {};
  return {Code::internal, "bench: examples were refused"};
}

Status measure_echo(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  ServedModelOptions model;
  model.spec = "scale | logistic";
  FRESHET_TRY_ASSIGN(Served served, Served::open(settings.folder + "/echo", std::move(model)));
  FRESHET_TRY(learn_some(served));
  HttpBenchOptions options;
  options.port = served.port;
  options.path = kInferPath;
  options.body = infer_body();
  options.rounds = settings.rounds;
  FRESHET_TRY_ASSIGN(const std::vector<Figure> measured, bench_http(options));
  figures.insert(figures.end(), measured.begin(), measured.end());
  return {};
}

// From starting the program on an empty folder to its greeting, which comes when its doors are open.
Result<double> start_ms(const std::string& folder) noexcept {
  std::error_code error;
  fs::remove_all(folder, error);
  const int64_t begin_ns = steady_ns();
  FRESHET_TRY_ASSIGN(
      ChildProcess process,
      ChildProcess::start({own_program(), "serve", "--model", "m=scale | logistic", "--http",
                           "127.0.0.1:0", "--metrics", "off", "--json", "--data-dir", folder},
                          {.is_quiet = true}));
  std::string greeting;
  const bool is_started = process.read(greeting);
  const double ms = static_cast<double>(steady_ns() - begin_ns) / 1e6;
  if (!is_started) return Status(Code::unavailable, "bench: the server doesn't start");
  return ms;
}

Status measure_start(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  std::vector<double> times;
  for (uint32_t round = 0; round < settings.rounds; ++round) {
    FRESHET_TRY_ASSIGN(const double ms, start_ms(settings.folder + "/start"));
    times.push_back(ms);
  }
  figures.push_back({"start of the server, empty log", median(times), "ms", 100, false});
  return {};
}

Result<std::vector<Figure>> run(const BenchSettings& given) noexcept {
  BenchSettings settings = given;
  settings.folder += "/freshet-serve-bench";
  std::error_code error;
  fs::remove_all(settings.folder, error);
  std::vector<Figure> figures;
  FRESHET_TRY(measure_start(settings, figures));
  FRESHET_TRY(measure_echo(settings, figures));
  fs::remove_all(settings.folder, error);
  return figures;
}

}  // namespace

extern const Benchmark serve_benchmark;
constinit const Benchmark serve_benchmark{
    "serve", "The HTTP server: start, and requests a second beside an echo.", &run};

}  // namespace freshet
