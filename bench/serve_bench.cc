/// A server as clients see it: requests a second beside an echo, the tail of latency while it learns, the time to start.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/child_process.h"
#include "bench/http_bench.h"
#include "bench/load.h"
#include "bench/made_up.h"
#include "bench/measure.h"
#include "freshet/base/failure.h"
#include "freshet/cli/benchmark.h"
#include "freshet/net/http/http_door.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/clock.h"
#include "freshet/serve/server.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kRows = 4096;  // of one call
constexpr double kRate = 2000;    // requests/s of the open loop

/// A server of one model in this process, on a free port.
struct Served {
  std::unique_ptr<Server> server;
  std::unique_ptr<Door> door;
  uint16_t port = 0;

  static Result<Served> open(const std::string& folder, const std::string& spec) noexcept {
    Served made;
    HostedOptions model;
    model.name = "m";
    model.served.spec = spec;
    model.served.checkpoint_every_us = int64_t{1} << 50;
    model.served.checkpoint_every_events = ~uint64_t{0};
    std::vector<HostedOptions> models;
    models.push_back(std::move(model));
    FRESHET_TRY_ASSIGN(made.server,
                       Server::open({.data_dir = folder, .models = std::move(models)}, catalog()));
    HttpOptions http;
    http.threads = 1;
    FRESHET_TRY_ASSIGN(made.door, make_http_door(std::move(http)));
    FRESHET_TRY(made.door->open("http://127.0.0.1:0", *made.server));
    const std::string address = made.door->address();
    made.port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    return made;
  }
  ~Served() {
    if (door != nullptr) (void)door->close(0);
  }
  Served() = default;
  Served(Served&&) = default;
  Served& operator=(Served&&) = default;
};

/// Gives the model's trainer more than it can learn, while it lives. Rows are made before: making them would be work that
/// isn't the trainer's.
class Flood {
 public:
  explicit Flood(Served& served) : model_(served.server->find("m")) {
    for (uint64_t k = 0; k < kBlocks; ++k)
      blocks_.push_back(made_up_rows(k * kRows, kRows, false));
    thread_ = std::thread([this] { run(); });
  }
  ~Flood() {
    is_over_.store(true, std::memory_order_relaxed);
    thread_.join();
    while (waiting_.load(std::memory_order_relaxed) != 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  void run() {
    for (uint64_t call = 0; !is_over_.load(std::memory_order_relaxed); ++call) {
      while (waiting_.load(std::memory_order_relaxed) >= 4 &&
             !is_over_.load(std::memory_order_relaxed))
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      TrainCall training;
      training.block = blocks_[call % kBlocks];
      ++waiting_;
      if (!model_->train(std::move(training), [this](TrainResult&&) noexcept { --waiting_; }).ok())
        --waiting_;
    }
  }
  static constexpr uint64_t kBlocks = 8;
  HostedModel* const model_;
  std::vector<ExampleBlock> blocks_;
  std::atomic<bool> is_over_{false};
  std::atomic<uint32_t> waiting_{0};
  std::thread thread_;
};

std::string body() {
  std::string data;
  for (uint32_t k = 0; k < kMadeUpWidth; ++k)
    data += (k == 0 ? "" : ",") + std::to_string(k % 3) + ".25";
  return R"({"inputs":[{"name":"x","shape":[1,)" + std::to_string(kMadeUpWidth) +
         R"(],"datatype":"FP32","data":[)" + data + "]}]}";
}

constexpr const char* kPath = "/v2/models/m/infer";

Result<double> p99_us(const Served& served, double seconds) noexcept {
  FRESHET_TRY_ASSIGN(const LoadResult load, run_load({.port = served.port,
                                                      .request = http_request(kPath, body()),
                                                      .rate_hz = kRate,
                                                      .seconds = seconds,
                                                      .connections = 16}));
  if (load.failed != 0) return Status(Code::internal, "bench: a request was not answered with 200");
  return load.p99_us;
}

// While the trainer runs flat out, against beside another busy process: both leave the server what is left of the cores.
Status measure_tail(const BenchSettings& settings, const std::string& spec, const char* mode,
                    std::vector<Figure>& figures) noexcept {
  FRESHET_TRY_ASSIGN(Served served, Served::open(settings.folder + "/" + mode, spec));
  {
    const Flood once(served);
  }  // names and first pages
  std::vector<double> beside, learning, quotients;
  for (uint32_t round = 0; round < settings.rounds; ++round) {
    {
      FRESHET_TRY_ASSIGN(const ChildProcess busy,
                         ChildProcess::start({"/bin/sh", "-c", "while :; do :; done"}, {}));
      FRESHET_TRY_ASSIGN(const double us, p99_us(served, 3));
      beside.push_back(us);
    }
    const Flood flood(served);
    FRESHET_TRY_ASSIGN(const double us, p99_us(served, 3));
    learning.push_back(us);
    quotients.push_back(us / beside.back());
  }
  const std::string what = std::string("predict p99 at 2,000/s, ") + mode;
  figures.push_back({what + ", beside another busy process", median(beside), "us"});
  figures.push_back({what + ", while the trainer runs flat out", median(learning), "us"});
  figures.push_back({what + ", quotient", median(quotients), "times", 1.2, false});
  return {};
}

Status measure_echo(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  FRESHET_TRY_ASSIGN(Served served, Served::open(settings.folder + "/echo", "scale | logistic"));
  {
    const Flood once(served);
  }
  HttpBenchOptions options;
  options.port = served.port;
  options.path = kPath;
  options.body = body();
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
  FRESHET_TRY(measure_tail(settings, "scale | logistic", "snapshot", figures));
  FRESHET_TRY(measure_tail(settings, "hash(bits=18) | logistic(bits=18)", "live", figures));
  fs::remove_all(settings.folder, error);
  return figures;
}

}  // namespace

extern const Benchmark serve_benchmark;
constinit const Benchmark serve_benchmark{
    "serve", "The HTTP server: start, requests a second beside an echo, the tail while it learns.",
    &run};

}  // namespace freshet
