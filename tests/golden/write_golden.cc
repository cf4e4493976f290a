// Writes a golden folder: write_golden FOLDER NAME "SPEC", where SPEC may be "metric SPEC". Never overwrites.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "freshet/core/model_file.h"
#include "tests/golden/golden.h"

namespace {

using namespace freshet;

struct Written {
  std::vector<std::byte> file;
  std::string text;
  uint32_t format = 0;
};

// The format of the entry that the folder is named after: a learner, a metric, or a transform in front of one.
uint32_t format_of(const std::string& name) {
  const Registry registry = golden_registry();
  if (const auto* entry = find_entry(registry.learners, name)) return entry->info.format;
  if (const auto* entry = find_entry(registry.metrics, name)) return entry->info.format;
  if (const auto* entry = find_entry(registry.transforms, name)) return entry->info.format;
  return 0;
}

Result<Written> write(const Golden& golden) {
  ModelFileWriter file;
  Written written;
  if (golden.is_metric) {
    FRESHET_TRY_ASSIGN(auto metric, taught_metric(golden.spec));
    FRESHET_TRY(file.add_metric(*metric));
    written.text = answers(*metric);
  } else {
    FRESHET_TRY_ASSIGN(auto learner, taught_learner(golden.spec));
    FRESHET_TRY(file.add_learner(*learner));
    written.text = answers(*learner);
  }
  written.file = file.finish();
  return written;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: write_golden FOLDER NAME SPEC\n";
    return 2;
  }
  const std::string name = arguments[2], spec = arguments[3];
  const uint32_t format = format_of(name);
  if (format == 0) {
    std::cerr << "golden: nothing is called " << name << "\n";
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(arguments[1]) / name;
  const std::filesystem::path file = folder / ("f" + std::to_string(format) + ".frsh");
  if (std::filesystem::exists(file)) {
    std::cerr << "golden: " << file
              << " exists; a golden file is never written again. Raise the format of " << name
              << " if what it saves has changed\n";
    return 1;
  }
  auto written = write(parse_golden(spec));
  if (!written.ok()) {
    std::cerr << "golden: " << written.status().text() << "\n";
    return 1;
  }
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "spec.txt") << spec << "\n";
  std::ofstream(std::filesystem::path(file).replace_extension(".txt")) << written->text;
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(written->file.data()),
             static_cast<std::streamsize>(written->file.size()));
  std::cout << "golden: wrote " << file.string() << ", " << written->file.size() << " bytes\n";
  return 0;
}
