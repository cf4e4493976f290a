/// `freshet bench NAME...`: the project's benchmarks, with their gates.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/cli/benchmark.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/plain_text.h"
#include "freshet/kernel/level.h"

namespace freshet {
namespace {

struct BenchFlags {
  std::string_view data, folder, peers = "build/peers";
  std::span<const std::string_view> vs;
  uint64_t examples = 0;
  uint32_t rounds = 5;
  bool markdown = false, exhaustive = false;
};
constexpr std::array kBenchFlags{
    option<&BenchFlags::data>(
        "data", "Folder with the public streams; else $FRESHET_SHARED_DATA, ../shared/data."),
    option<&BenchFlags::folder>("folder",
                                "On the disk to be measured; a folder is made in it and removed."),
    option<&BenchFlags::vs>(
        "vs", "Peers to run beside ours: vw, river, sklearn, none; else all that are installed."),
    option<&BenchFlags::peers>("peers", "Where peers are installed (make peers)."),
    option<&BenchFlags::examples>("examples", "Rows of made-up texts; 0: the benchmark's own.", 0,
                                  1e12),
    option<&BenchFlags::exhaustive>("exhaustive", "numbers: every float32; takes minutes."),
    option<&BenchFlags::markdown>("markdown", "A table as docs/performance.md has it."),
    option<&BenchFlags::rounds>("rounds", "Of each measurement, interleaved; the median counts.", 1,
                                1000),
};
struct BenchOptions {
  BenchFlags flags;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&BenchOptions::flags>("benchmarks", kBenchFlags),
    group<&BenchOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet bench  # what there is",
    "freshet bench text --rounds 9 --json  # figures, with their gates, for programs",
};

constinit std::span<const Benchmark> known;

// As tests find it.
std::string data_folder(std::string_view given) {
  if (!given.empty()) return std::string(given);
  const char* shared = std::getenv("FRESHET_SHARED_DATA");
  if (shared != nullptr) return shared;
  std::error_code error;
  return std::filesystem::is_directory("../shared/data", error) ? "../shared/data" : "";
}

void print_figure(const Figure& figure, Console& console) {
  std::string line =
      aligned_left("  " + figure.name, 57) + " " + human(figure.value, 4) + " " + figure.unit;
  if (figure.gate) {
    line += std::string("  (") + (figure.at_least ? "at least " : "at most ") +
            human(*figure.gate, 4) + (figure.holds() ? ": holds)" : ": MISSED)");
  }
  console.print_line(line);
  if (!figure.note.empty()) console.print_line("      " + figure.note);
}

// Processor, cores, instructions: what a figure without would mean nothing.
std::string machine() {
  std::ifstream file("/proc/cpuinfo");
  std::string line, name = "unknown processor";
  while (std::getline(file, line))
    if (line.starts_with("model name")) {
      name = line.substr(line.find(':') + 2);
      break;
    }
  return name + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, " +
         std::string(kernel::level_name(kernel::level()));
}

void print_row(const Figure& figure, Console& console) {
  std::string gate;
  if (figure.gate)
    gate = std::string(figure.at_least ? "at least " : "at most ") + human(*figure.gate, 3) +
           (figure.holds() ? "" : ": missed");
  std::string name = figure.name;
  for (std::size_t at = 0; (at = name.find('|', at)) != std::string::npos; at += 2)
    name.insert(at, 1, '\\');
  console.print_line("| " + name + " | " + human(figure.value, 3) + " " + figure.unit + " | " +
                     gate + " | " + figure.note + " |");
}

void put_figure(JsonText& json, const Figure& figure) {
  json.begin_object()
      .text("name", figure.name)
      .number("value", figure.value)
      .text("unit", figure.unit);
  if (!figure.note.empty()) json.text("note", figure.note);
  if (figure.gate) {
    json.number(figure.at_least ? "at_least" : "at_most", *figure.gate)
        .boolean("holds", figure.holds());
  }
  json.end_object();
}

int unknown(std::string_view name, Console& console) {
  std::vector<std::string_view> names;
  for (const Benchmark& benchmark : known)
    names.push_back(benchmark.name);
  const std::string_view nearest = nearest_name(name, names);
  console.error("bench: no benchmark \"" + std::string(name) + "\"" +
                (nearest.empty() ? "; freshet bench shows them"
                                 : "; did you mean " + std::string(nearest) + "?"));
  return kWrongInput;
}

int show_all(Console& console) {
  JsonText json;
  json.begin_array();
  for (const Benchmark& benchmark : known) {
    json.begin_object()
        .text("name", benchmark.name)
        .text("summary", benchmark.summary)
        .end_object();
    if (!console.json()) {
      console.print_line(
          std::string(benchmark.name) +
          std::string(benchmark.name.size() < 12 ? 12 - benchmark.name.size() : 1, ' ') +
          std::string(benchmark.summary));
    }
  }
  if (console.json()) console.print_line(json.end_array().str());
  return kDone;
}

int run(const BenchOptions& options, std::span<const std::string_view> words, Console& console) {
  if (words.empty()) return show_all(console);
  BenchSettings settings;
  settings.data = data_folder(options.flags.data);
  settings.folder = options.flags.folder.empty() ? std::filesystem::temp_directory_path().string()
                                                 : std::string(options.flags.folder);
  settings.rounds = options.flags.rounds;
  settings.vs.assign(options.flags.vs.begin(), options.flags.vs.end());
  settings.peers = options.flags.peers;
  settings.examples = options.flags.examples;
  settings.exhaustive = options.flags.exhaustive;
  JsonText json;
  json.begin_object();
  bool all_hold = true;
  for (const std::string_view name : words) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [name](const Benchmark& b) { return b.name == name; });
    if (found == known.end()) return unknown(name, console);
    const bool is_table = options.flags.markdown && !console.json();
    if (!console.json() && !is_table) console.print_line(std::string(name) + ":");
    const Result<std::vector<Figure>> figures = found->run(settings);
    if (!figures.ok()) return console.fail(figures.status());
    json.key(name).begin_array();
    if (is_table) {
      console.print_line(machine() + ". `freshet bench " + std::string(name) + " --rounds " +
                         std::to_string(settings.rounds) + " --markdown`:\n");
      console.print_line("| what | figure | gate | of |\n| --- | --- | --- | --- |");
    }
    for (const Figure& figure : *figures) {
      all_hold = all_hold && figure.holds();
      put_figure(json, figure);
      if (is_table) {
        print_row(figure, console);
      } else if (!console.json()) {
        print_figure(figure, console);
      }
    }
    json.end_array();
  }
  if (console.json()) console.print_line(json.end_object().str());
  return all_hold ? kDone : kFailed;
}

}  // namespace

void set_benchmarks(std::span<const Benchmark> all) noexcept {
  known = all;
}

std::span<const Benchmark> known_benchmarks() noexcept {
  return known;
}

extern const Command bench_command;
constinit const Command bench_command{
    "bench",
    "Runs the project's benchmarks and compares figures with their gates.",
    "[NAME...] [options]",
    kExamples,
    {"NAME", "benchmarks; none: shows what there is", 0, 100},
    kGroups,
    sizeof(BenchOptions),
    &command_defaults<BenchOptions>,
    &run_with<BenchOptions, &run>};

}  // namespace freshet
