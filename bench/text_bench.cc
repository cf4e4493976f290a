/// What reading costs: CSV to learned `scale | logistic` on elec2, from the file and in memory, one thread.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include <unistd.h>

#include "bench/measure.h"
#include "bench/text_peers.h"
#include "freshet/base/failure.h"
#include "freshet/cli/benchmark.h"
#include "freshet/core/learner.h"
#include "freshet/core/spec.h"
#include "freshet/ingest/input.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

constexpr std::string_view kSpec = "scale | logistic";

struct Reading {
  Schema schema;
  std::unique_ptr<Input> input;
};

Status open(const std::string& path, Reading& reading) noexcept {
  ReaderOptions how;
  how.label = Target::one_class;
  how.binary = true;
  how.target = "up";
  InputOptions what;
  what.data = path;
  what.format = "csv";
  FRESHET_TRY_ASSIGN(reading.input, Input::open(what, how, reading.schema));
  return {};
}

// Seconds, rows: every row is predicted, then learned.
Status learn_text(const std::string& path, double& seconds, uint64_t& rows) noexcept {
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Learner> learner, make_learner(kSpec, catalog()));
  const double begin = process_cpu_seconds();
  Reading reading;
  FRESHET_TRY(open(path, reading));
  ExampleBlock block;
  float before[1];
  rows = 0;
  while (true) {
    FRESHET_TRY_ASSIGN(const bool has_some, reading.input->next(block));
    if (!has_some) break;
    for (uint32_t k = 0; k < block.size(); ++k)
      FRESHET_TRY(learner->learn(block[k], before));
    rows += block.size();
  }
  seconds = process_cpu_seconds() - begin;
  return {};
}

Status read_text(const std::string& path, double& seconds) noexcept {
  const double begin = process_cpu_seconds();
  Reading reading;
  FRESHET_TRY(open(path, reading));
  ExampleBlock block;
  while (true) {
    FRESHET_TRY_ASSIGN(const bool has_some, reading.input->next(block));
    if (!has_some) break;
  }
  seconds = process_cpu_seconds() - begin;
  return {};
}

Status learn_memory(const std::string& path, double& seconds) noexcept {
  Reading reading;
  FRESHET_TRY(open(path, reading));
  std::vector<std::unique_ptr<ExampleBlock>> blocks;
  while (true) {
    auto block = std::make_unique<ExampleBlock>();
    FRESHET_TRY_ASSIGN(const bool has_some, reading.input->next(*block));
    if (!has_some) break;
    blocks.push_back(std::move(block));
  }
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Learner> learner, make_learner(kSpec, catalog()));
  float before[1];
  const double begin = process_cpu_seconds();
  for (const auto& block : blocks)
    for (uint32_t k = 0; k < block->size(); ++k)
      FRESHET_TRY(learner->learn((*block)[k], before));
  seconds = process_cpu_seconds() - begin;
  return {};
}

// Seconds from a line's write to a followed file until it is an example, of each of some lines.
Status follow_lines(const std::string& path, uint32_t lines,
                    std::vector<double>& seconds) noexcept {
  std::ofstream(path, std::ios::binary) << "a,y\n0,0\n";
  InputOptions what;
  what.data = path;
  what.format = "csv";
  what.follow = true;
  Schema schema;
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Input> input, Input::open(what, {}, schema));
  ExampleBlock block;
  FRESHET_TRY(input->next(block).status());
  std::atomic<int64_t> written_ns = 0;
  std::thread writer;
  for (uint32_t k = 0; k < lines; ++k) {
    writer = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the reader waits by now
      written_ns = steady_ns();
      std::ofstream(path, std::ios::binary | std::ios::app) << "1,1\n";
    });
    const Result<bool> more = input->next(block);
    const int64_t read_ns = steady_ns();
    writer.join();
    if (!more.ok() || !*more) return {Code::internal, "bench: a followed file ended"};
    seconds.push_back(static_cast<double>(read_ns - written_ns) * 1e-9);
  }
  return {};
}

Status bench_follow(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  const std::string path = settings.folder + "/freshet_follow_" + std::to_string(getpid()) + ".csv";
  std::vector<double> seconds;
  const Status status = follow_lines(path, 20 * settings.rounds, seconds);
  unlink(path.c_str());
  if (!status.ok()) return failure(status.code(), status.text());
  const double worst = *std::max_element(seconds.begin(), seconds.end());
  figures.push_back(
      {"a line of a followed file, until it is an example", median(seconds) * 1e3, "ms"});
  figures.push_back({"of these the slowest", worst * 1e3, "ms", 200, false});
  return {};
}

Status bench_csv(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  const std::string path = settings.data + "/streams/elec2.csv";
  std::vector<double> all, reading, memory;
  uint64_t rows = 0;
  double seconds = 0;
  FRESHET_TRY(
      learn_text(path, seconds, rows));  // not counted: the first run after idling is slower
  for (uint32_t round = 0; round < settings.rounds; ++round) {
    FRESHET_TRY(learn_text(path, seconds, rows));
    all.push_back(seconds);
    FRESHET_TRY(read_text(path, seconds));
    reading.push_back(seconds);
    FRESHET_TRY(learn_memory(path, seconds));
    memory.push_back(seconds);
  }
  const double us = 1e6 / static_cast<double>(rows);
  figures.insert(
      figures.end(),
      {
          {"elec2.csv to learned scale | logistic, a row", median(all) * us, "us", .5, false},
          {"of that reading, a row", median(reading) * us, "us"},
          {"elec2 in memory, learned, a row", median(memory) * us, "us", .15, false},
      });
  return {};
}

Result<std::vector<Figure>> run(const BenchSettings& settings) noexcept {
  std::vector<Figure> figures;
  const bool has_peers = !settings.vs.empty() && settings.vs[0] != "none";
  if (settings.data.empty() && !has_peers)
    return {Code::not_found, "text: needs elec2.csv of the public streams: --data FOLDER"};
  if (!settings.data.empty()) FRESHET_TRY(bench_csv(settings, figures));
  FRESHET_TRY(bench_follow(settings, figures));
  FRESHET_TRY(bench_text_peers(settings, figures));
  return figures;
}

}  // namespace

extern const Benchmark text_benchmark;
constinit const Benchmark text_benchmark{
    "text", "From text to a learned model: CSV of elec2; beside VW, River and scikit-learn (--vs).",
    &run};

}  // namespace freshet
