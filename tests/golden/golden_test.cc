#include "tests/golden/golden.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/core/transformer.h"

using namespace freshet;

namespace {

const std::string kFolder = FRESHET_SOURCE_DIR "/tests/golden/";

/// Folders that hold a spec.txt.
std::vector<std::string> folders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (std::filesystem::exists(entry.path() / "spec.txt"))
      names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// Loads the model file and answers as it does.
std::string answers_of_file(const std::vector<std::byte>& bytes, bool is_metric) {
  auto file = ModelFileReader::open(bytes);
  if (!file.ok()) return std::string(file.status().text());
  if (is_metric) {
    auto metrics = file->metrics(golden_registry());
    if (!metrics.ok()) return std::string(metrics.status().text());
    return metrics->empty() ? "no metric" : answers(*metrics->front());
  }
  auto learner = file->learner(golden_registry());
  return learner.ok() ? answers(**learner) : std::string(learner.status().text());
}

template <class T>
void require_folder(const Entry<T>& entry, const std::set<std::string>& known) {
  const std::string name(entry.info.name);
  const std::string file = kFolder + name + "/f" + std::to_string(entry.info.format) + ".frsh";
  INFO(name, " writes a format without a golden file: tools/golden.py ", name);
  CHECK(known.contains(name));
  CHECK(std::filesystem::exists(file));
}

}  // namespace

TEST_CASE("golden: every format ever written loads and answers the same") {
  int files = 0;
  for (const std::string& name : folders()) {
    const Golden golden = parse_golden(read_text(kFolder + name + "/spec.txt"));
    for (const auto& entry : std::filesystem::directory_iterator(kFolder + name)) {
      if (entry.path().extension() != ".frsh") continue;
      INFO(entry.path().string());
      const std::string wanted =
          read_text(std::filesystem::path(entry.path()).replace_extension(".txt"));
      CHECK(!wanted.empty());
      CHECK(answers_of_file(read_bytes(entry.path()), golden.is_metric) == wanted);
      ++files;
    }
  }
  CHECK(files > 0);
}

TEST_CASE("golden: learning again gives the answers of the newest format") {
  for (const std::string& name : folders()) {
    const Golden golden = parse_golden(read_text(kFolder + name + "/spec.txt"));
    INFO(name, ": ", golden.spec);
    std::string now;
    uint32_t format = 0;
    if (golden.is_metric) {
      auto metric = taught_metric(golden.spec);
      REQUIRE(metric.ok());
      now = answers(**metric);
      format = (*metric)->info().format;
    } else {
      auto learner = taught_learner(golden.spec);
      REQUIRE(learner.ok());
      now = answers(**learner);
    }
    uint32_t newest = format;
    while (std::filesystem::exists(kFolder + name + "/f" + std::to_string(newest + 1) + ".txt"))
      ++newest;
    CHECK(now == read_text(kFolder + name + "/f" + std::to_string(newest) + ".txt"));
  }
}

TEST_CASE("golden: everything in the catalogue that has state has its folder") {
  std::set<std::string> known;
  for (const std::string& name : folders())
    known.insert(name);
  const Registry registry = golden_registry();
  for (const auto* entry : registry.learners)
    require_folder(*entry, known);
  for (const auto* entry : registry.metrics)
    require_folder(*entry, known);
  for (const auto* entry : registry.transforms)
    if ((entry->info.traits & kStateless) == 0) require_folder(*entry, known);
}
