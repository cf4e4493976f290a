#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/core/learner.h"
#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "tests/support/data.h"
#include "tests/support/learner.h"
#include "tests/support/vw_text.h"

/// Progressive losses that Vowpal Wabbit 9.11 prints for its own test files (text-formats.md, 10), reproduced by two
/// independent implementations of the rules. Tolerance: the larger of 1e-4 relative and 1e-6.

namespace freshet {
namespace {

using testing::learner;
using testing::learners;

double loss(const Learner& learned) {
  return learned.progress()->loss_sum / learned.progress()->weight;
}

void teach(Learner& student, const std::vector<ExampleBuffer>& rows) {
  for (const ExampleBuffer& row : rows)
    REQUIRE(student.learn(row.view(), {}).ok());
}

bool is_near(double got, double wanted) {
  return std::abs(got - wanted) <= std::max(1e-4 * std::abs(wanted), 1e-6);
}

struct Run {
  const char* file;
  const char* spec;
  double loss;
  uint64_t features = 0;
};

constexpr Run kRuns[] = {
    {"0001.dat", "vw", .195760, 15482},
    {"0002.dat", "vw", .003499, 14996},
    {"0002.dat", "vw(adaptive=false, normalized=false)", .003382},
    {"0002.dat", "vw(adaptive=false, invariant=false)", .008135},
    {"0002.dat", "vw(loss=quantile, tau=0.3)", .014106},
    {"0002.dat", "vw(interactions=\"::\", bias=none)", .018627, 118940},
    {"0002.dat", "vw(normalized=false, initial_t=1, interactions=\"Tf,ff\")", .004364},
    {"rcv1_small.dat", "vw(loss=logistic)", .429393, 78739},
    {"rcv1_small.dat", "vw(loss=logistic, sgd=true)", .554529},
    {"rcv1_small.dat", "vw(loss=logistic, l1=1e-4, l2=1e-4)", .433948},
    {"rcv1_small.dat", "vw(loss=hinge)", .558363},
};

}  // namespace

TEST_CASE("vw: the progressive loss of Vowpal Wabbit on its own files") {
  for (const Run& run : kRuns) {
    const std::string path = shared_data(std::string("vw/") + run.file);
    if (path.empty()) return;
    CAPTURE(run.file);
    CAPTURE(run.spec);
    const auto student = learner(run.spec);
    teach(*student, read_vw_text(path));
    CAPTURE(loss(*student));
    CHECK(is_near(loss(*student), run.loss));
    if (run.features != 0) CHECK(student->progress()->features == run.features);
  }
}

namespace {

/// A CSV of numbers as VW text would have it: `1 |f name:value`, labels -1 and 1, zeros left out.
/// most > 0: the first so many rows, with the class as it stands for a label.
std::vector<ExampleBuffer> as_vw_text(const std::string& path, std::size_t most = 0) {
  std::ifstream file(path);
  std::string header, line;
  std::getline(file, header);
  std::vector<uint32_t> index;
  std::istringstream names(header);
  for (std::string name; std::getline(names, name, ',');)
    index.push_back(hash_name(name, hash_name("f", 0)));
  std::vector<ExampleBuffer> all;
  while (std::getline(file, line) && (most == 0 || all.size() < most)) {
    ExampleBuffer& x = all.emplace_back();
    const char* at = line.c_str();
    for (std::size_t k = 0; k < index.size(); k++) {
      char* end = nullptr;
      const float value = std::strtof(at, &end);
      at = end + 1;
      if (k + 1 == index.size()) {
        x.label.push_back(most != 0 ? value : value == 1 ? 1.0f : -1.0f);
      } else if (value != 0) {
        x.index.push_back(index[k]);
        x.value.push_back(value);
      }
    }
    x.groups.push_back({'f', 0, static_cast<uint32_t>(x.index.size())});
  }
  return all;
}

struct StreamRun {
  const char* spec;
  double bananas, phishing, elec2, rcv1;  // 0: no figure
};

constexpr StreamRun kStreamRuns[] = {
    {"vw(loss=logistic)", .687115, .367963, .551463, 0},
    {"vw(loss=logistic, sgd=true)", .747046, .336721, .460633, 0},
    {"vw(loss=logistic, l1=1e-5, l2=1e-5)", .687119, .368415, .558940, 0},
    {"vw(loss=logistic, interactions=ff)", .654356, .301207, .435548, 0},
    {"ftrl(alpha=0.5)", .688634, .330258, .538106, .586666},
};

}  // namespace

TEST_CASE("vw, ftrl: log losses of Vowpal Wabbit on streams (learners.md, 15)") {
  for (const char* name : {"bananas", "phishing", "elec2", "rcv1"}) {
    const bool is_text = std::string(name) == "rcv1";
    const std::string path =
        shared_data(is_text ? "vw/rcv1_small.dat" : std::string("streams/") + name + ".csv");
    if (path.empty()) return;
    const auto rows = is_text ? read_vw_text(path) : as_vw_text(path);
    for (const StreamRun& run : kStreamRuns) {
      const double wanted = name[0] == 'b'   ? run.bananas
                            : name[0] == 'p' ? run.phishing
                            : name[0] == 'e' ? run.elec2
                                             : run.rcv1;
      if (wanted == 0) continue;
      CAPTURE(name);
      CAPTURE(run.spec);
      const auto student = learner(run.spec);
      teach(*student, rows);
      CAPTURE(loss(*student));
      CHECK(is_near(loss(*student), wanted));
    }
  }
}

TEST_CASE("vw: one against all in one table, as --oaa 4 on adult.csv") {
  const std::string path = shared_data("streams/adult.csv");
  if (path.empty()) return;
  auto rows = as_vw_text(path, 5000);
  struct {
    const char* model;
    double errors;
    uint64_t features;
  } const runs[] = {{"vw", .198400, 60341},
                    {"vw(loss=logistic)", .206000, 60341},
                    {"vw(interactions=ff)", .190800, 396044}};
  for (const auto& run : runs) {
    CAPTURE(run.model);
    const auto student = learner("one_vs_rest(model=" + std::string(run.model) + ", classes=4)");
    teach(*student, rows);
    CAPTURE(loss(*student));
    CHECK(is_near(loss(*student), run.errors));
    CHECK(student->progress()->features == run.features);
  }
}

TEST_CASE("vw: losses on the way, labels and predictions of 0001.dat") {
  const std::string path = shared_data("vw/0001.dat");
  if (path.empty()) return;
  const auto student = learner("vw");
  const double losses[] = {1, .513618, .263121, .237739, .242021, .235878, .230921, .223511};
  const float predictions[] = {0, .1650f, .0569f, .2024f, .3249f, .2256f, .1601f, .8308f};
  uint64_t count = 0;
  std::size_t at = 0;
  for (const ExampleBuffer& row : read_vw_text(path)) {
    REQUIRE(student->learn(row.view(), {}).ok());
    if (++count != uint64_t{1} << at || at == 8) continue;
    CHECK(is_near(loss(*student), losses[at]));
    CHECK(std::abs(student->progress()->prediction - predictions[at]) <= 6e-5f);
    at++;
  }
  CHECK(student->progress()->label_sum == 91);
  CHECK(student->progress()->weight == 200);
}

TEST_CASE("vw: losses on the way of rcv1_small.dat, logistic") {
  const std::string path = shared_data("vw/rcv1_small.dat");
  if (path.empty()) return;
  const auto student = learner("vw(loss=logistic)");
  const double losses[] = {.693147, .632290, .632900, .645748, .639429,
                           .634614, .612084, .573165, .525488, .469003};
  uint64_t count = 0;
  std::size_t at = 0;
  for (const ExampleBuffer& row : read_vw_text(path)) {
    REQUIRE(student->learn(row.view(), {}).ok());
    if (++count == uint64_t{1} << at && at < 10) CHECK(is_near(loss(*student), losses[at++]));
  }
}

TEST_CASE("vw: goes on from a saved model as if it had never stopped") {
  const std::string path = shared_data("vw/0001.dat");
  if (path.empty()) return;
  const auto rows = read_vw_text(path);
  const auto student = learner("vw");
  teach(*student, rows);
  ModelFileWriter writer;
  REQUIRE(writer.add_learner(*student).ok());
  const std::vector<std::byte> bytes = writer.finish();
  CHECK(bytes.size() < 500'000);  // a few thousand of 262,144 rows
  auto file = ModelFileReader::open(bytes);
  REQUIRE(file.ok());
  auto again = file->learner(learners());
  REQUIRE(again.ok());
  CHECK((*again)->progress()->examples == 0);
  teach(**again, rows);
  CHECK(is_near(loss(**again), .012333));
}

}  // namespace freshet
