/// What reading VW text alone costs, at each instruction set: made-up texts in memory, no file, no learner.

#include <algorithm>
#include <utility>
#include <vector>

#include "bench/made_up.h"
#include "bench/measure.h"
#include "freshet/cli/benchmark.h"
#include "freshet/core/schema.h"
#include "freshet/format/format.h"
#include "freshet/kernel/level.h"

namespace freshet {
namespace {

constexpr uint64_t kExamples = 50'000;
constexpr std::size_t kPadding = 64, kWindow = 256 * 1024;  // as ingest/feeder.h hands them out

Result<std::string> make_text(std::string_view shape, uint64_t examples) noexcept {
  const std::unique_ptr<RowMaker> maker = made_up_text(shape);
  std::string text;
  for (uint64_t row = 0; row < examples; ++row)
    maker->write(row, text);
  text.append(kPadding, '\n');
  return text;
}

// Nanoseconds a feature.
Result<double> read_once(const std::string& text) noexcept {
  Schema schema;
  ReaderOptions options;
  options.label = Target::one_class;
  options.binary = true;
  FRESHET_TRY_ASSIGN(const std::unique_ptr<LineReader> reader,
                     find_format("vw")->make(options, schema));
  ExampleBlock block;
  uint64_t features = 0;
  const std::size_t size = text.size() - kPadding;
  const double begin = process_cpu_seconds();
  for (std::size_t at = 0; at < size;) {
    Bad bad[1];
    block.clear();
    const std::size_t bytes = std::min(kWindow, size - at);
    const Read done = reader->read({text.data() + at, bytes}, at + bytes == size, block, bad);
    if (done.bad != 0 || done.used == 0)
      return {Code::internal, "reading: the made-up text can't be read"};
    at += done.used;
    features += block.feature_count();
  }
  return (process_cpu_seconds() - begin) * 1e9 / static_cast<double>(features);
}

Status bench_shape(std::string_view shape, const BenchSettings& settings,
                   std::vector<Figure>& figures) noexcept {
  FRESHET_TRY_ASSIGN(const std::string text,
                     make_text(shape, settings.examples == 0 ? kExamples : settings.examples));
  using enum kernel::Level;
  for (const kernel::Level level : {avx512, avx2, sse2, neon, scalar}) {
    if (!kernel::use(level).ok()) continue;
    std::vector<double> times;
    FRESHET_TRY_ASSIGN(double ns, read_once(text));  // not counted: the first after idling
    for (uint32_t round = 0; round < settings.rounds; ++round) {
      FRESHET_TRY_ASSIGN(ns, read_once(text));
      times.push_back(ns);
    }
    figures.push_back(
        {std::string(shape) + " read, " + std::string(kernel::level_name(level)) + ", a feature",
         median(std::move(times)), "ns"});
  }
  return {};
}

Result<std::vector<Figure>> run(const BenchSettings& settings) noexcept {
  const kernel::Level before = kernel::level();
  std::vector<Figure> figures;
  Status status;
  for (const std::string_view shape : {"clicks", "rcv", "words"})
    if (status.ok()) status = bench_shape(shape, settings, figures);
  (void)kernel::use(before).ok();
  if (!status.ok()) return status;
  return figures;
}

}  // namespace

extern const Benchmark reading_benchmark;
constinit const Benchmark reading_benchmark{
    "reading", "Reading VW text alone, in memory, at each instruction set.", &run};

}  // namespace freshet
