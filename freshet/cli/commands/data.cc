/// `freshet data list|generate NAME`: bundled streams and generators.

#include <array>
#include <filesystem>

#include <unistd.h>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/output_file.h"
#include "freshet/format/generate/generator.h"

namespace freshet {
namespace {

struct GenerateFlags {
  uint64_t examples = 0;
  std::string_view shape, out;
};
constexpr std::array kGenerateFlags{
    option<&GenerateFlags::examples>("examples", "How many rows; 0: the generator's own number.", 0,
                                     1e15),
    option<&GenerateFlags::shape>("shape", "Which kind of rows, of a generator that has several."),
    option<&GenerateFlags::out>("out|o", "The file to write; else stdout."),
};
struct DataCommandOptions {
  GenerateFlags generate;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&DataCommandOptions::generate>("generate", kGenerateFlags),
    group<&DataCommandOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet data list  # bundled streams, with where they are, and generators",
    "freshet data generate sea --examples 100000 --seed 7 -o sea.csv  # made-up rows with a known "
    "truth",
};

struct Bundled {
  std::string_view name, file, summary;
};
constexpr Bundled kBundled[] = {
    {"phishing", "phishing.csv.gz", "UCI Website Phishing, 1,250 x 9, two classes (CC BY 4.0)"},
    {"shuttle", "shuttle.csv.gz", "UCI Statlog (Shuttle), 49,097 x 9, 7 % anomalies (CC BY 4.0)"},
};

// Beside the sources, or where `make install` puts it; empty: not found.
std::string data_file(std::string_view name) {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* folder : {"../../data", "../share/freshet/data"}) {
    const std::filesystem::path path = (program.parent_path() / folder / name).lexically_normal();
    if (!error && std::filesystem::exists(path, error)) return path.string();
  }
  return {};
}

int list(Console& console) {
  JsonText json;
  json.begin_array();
  const auto show = [&](std::string_view kind, std::string_view name, std::string_view summary,
                        const std::string& path) {
    json.begin_object().text("kind", kind).text("name", name).text("summary", summary);
    if (!path.empty()) json.text("path", path);
    json.end_object();
    if (console.json()) return;
    const std::string blanks(name.size() < 12 ? 12 - name.size() : 1, ' ');
    console.print_line(std::string(name) + blanks + std::string(kind) + "  " +
                       std::string(summary) + (path.empty() ? "" : "  " + path));
  };
  for (const Bundled& bundled : kBundled)
    show("stream   ", bundled.name, bundled.summary, data_file(bundled.file));
  for (const Generator* generator : generators())
    show("generator", generator->name, generator->summary, {});
  if (console.json()) console.print_line(json.end_array().str());
  return kDone;
}

// The kind of rows that was asked for, by its place; the first where nobody asked.
Result<uint32_t> shape_of(const Generator& generator, std::string_view name) noexcept {
  if (name.empty()) return 0u;
  if (generator.shapes.empty())
    return failure(Code::invalid_argument,
                   "--shape: " + std::string(generator.name) + " has one kind of rows");
  for (uint32_t k = 0; k < generator.shapes.size(); ++k)
    if (generator.shapes[k] == name) return k;
  std::string known;
  for (const std::string_view shape : generator.shapes)
    known += (known.empty() ? "" : ", ") + std::string(shape);
  return failure(Code::invalid_argument, "--shape " + std::string(name) + ": one of " + known);
}

Status generate(const Generator& generator, const DataCommandOptions& options,
                Console& console) noexcept {
  FRESHET_TRY_ASSIGN(const uint32_t shape, shape_of(generator, options.generate.shape));
  const std::unique_ptr<RowMaker> maker =
      generator.make == nullptr ? nullptr : generator.make(options.common.seed, shape);
  FRESHET_TRY_ASSIGN(OutputFile out, OutputFile::open(std::string(options.generate.out), console));
  catch_interrupts(nullptr, nullptr);
  const uint64_t rows =
      options.generate.examples == 0 ? generator.examples : options.generate.examples;
  std::string text(generator.header);
  if (!text.empty()) text += '\n';
  for (uint64_t row = 0; row < rows; ++row) {
    if (maker != nullptr) {
      maker->write(row, text);
    } else {
      generator.write(options.common.seed, row, text);
    }
    if (text.size() < 32768 && row + 1 != rows) continue;
    FRESHET_TRY(out.write(text));
    if (options.generate.out.empty() && !console.flush())
      return {Code::unavailable, "stdout can't be written"};
    text.clear();
    if (was_interrupted()) return {Code::cancelled, "interrupted; no file was written"};
    if (console.wants_progress() && !options.generate.out.empty())
      console.progress(std::to_string(row + 1) + " rows");
  }
  console.clear_progress();
  FRESHET_TRY(out.write(text));
  return out.finish();
}

int wrong(std::string_view what, std::string_view word, std::span<const std::string_view> names,
          Console& console) {
  const std::string_view nearest = nearest_name(word, names);
  std::string text = "data: no " + std::string(what) + " \"" + std::string(word) + "\"";
  text += nearest.empty() ? "; freshet data list shows what there is"
                          : "; did you mean " + std::string(nearest) + "?";
  console.error(text);
  return kWrongInput;
}

int run(const DataCommandOptions& options, std::span<const std::string_view> words,
        Console& console) {
  if (words[0] == "list" && words.size() == 1) return list(console);
  if (words[0] != "generate")
    return wrong("verb", words[0], std::array<std::string_view, 2>{"list", "generate"}, console);
  std::vector<std::string_view> names;
  for (const Generator* generator : generators())
    names.push_back(generator->name);
  if (words.size() < 2) return wrong("generator", "", names, console);
  const Generator* generator = find_generator(words[1]);
  if (generator == nullptr) return wrong("generator", words[1], names, console);
  const Status status = generate(*generator, options, console);
  return status.ok() ? static_cast<int>(kDone) : console.fail(status);
}

}  // namespace

extern const Command data_command;
constinit const Command data_command{"data",
                                     "Lists bundled streams, and generates made-up ones.",
                                     "list | generate NAME [options]",
                                     kExamples,
                                     {"VERB", "list, or generate and a generator's name", 1, 2},
                                     kGroups,
                                     sizeof(DataCommandOptions),
                                     &command_defaults<DataCommandOptions>,
                                     &run_with<DataCommandOptions, &run>};

}  // namespace freshet
