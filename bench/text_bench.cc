/// What reading costs: CSV to learned `scale | logistic` on elec2, from the file and in memory, one thread.

#include <algorithm>
#include <memory>

#include <sys/resource.h>

#include "bench/text_peers.h"
#include "freshet/base/failure.h"
#include "freshet/cli/benchmark.h"
#include "freshet/core/learner.h"
#include "freshet/core/spec.h"
#include "freshet/ingest/input.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

constexpr std::string_view kSpec = "scale | logistic";

// Seconds of processor time that this process has used: others on the machine don't count.
double cpu_seconds() noexcept {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double median(std::vector<double> values) noexcept {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

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
  const double begin = cpu_seconds();
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
  seconds = cpu_seconds() - begin;
  return {};
}

Status read_text(const std::string& path, double& seconds) noexcept {
  const double begin = cpu_seconds();
  Reading reading;
  FRESHET_TRY(open(path, reading));
  ExampleBlock block;
  while (true) {
    FRESHET_TRY_ASSIGN(const bool has_some, reading.input->next(block));
    if (!has_some) break;
  }
  seconds = cpu_seconds() - begin;
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
  const double begin = cpu_seconds();
  for (const auto& block : blocks)
    for (uint32_t k = 0; k < block->size(); ++k)
      FRESHET_TRY(learner->learn((*block)[k], before));
  seconds = cpu_seconds() - begin;
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
  FRESHET_TRY(bench_text_peers(settings, figures));
  return figures;
}

}  // namespace

extern const Benchmark text_benchmark;
constinit const Benchmark text_benchmark{
    "text", "From text to a learned model: CSV of elec2; beside VW, River and scikit-learn (--vs).",
    &run};

}  // namespace freshet
