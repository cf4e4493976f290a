#include <cmath>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/reference/figures.h"

/// Least squares are the floor of every linear model; how near a search comes in one pass is from an independent
/// implementation (learners.md, 4 and 15): 1.00002 on diabetes, 1.000003 on ChickWeights.

namespace freshet {
namespace {

constexpr double kDiabetes = 1'263'985.79, kChicks = 758'038.97;

/// TinyMLKit's table: {"Features": [[...], ...], "Label": [...]}, numbers in order. Empty where it is missing.
Stream diabetes() {
  const std::string path = shared_data("streams/diabetes.json");
  if (path.empty()) return {};
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto numbers = [&](std::size_t from, std::size_t to) {
    std::vector<float> all;
    while (from < to) {
      const bool is_number = text[from] == '-' || (text[from] >= '0' && text[from] <= '9');
      char* end = nullptr;
      if (is_number) all.push_back(std::strtof(text.c_str() + from, &end));
      from = is_number ? static_cast<std::size_t>(end - text.c_str()) : from + 1;
    }
    return all;
  };
  const std::size_t features = text.find("\"Features\""), label = text.find("\"Label\"");
  REQUIRE(features < label);
  Stream stream;
  stream.values = numbers(features, label);
  stream.labels = numbers(label, text.size());
  stream.width = stream.values.size() / stream.labels.size();
  REQUIRE(stream.size() == 442);
  REQUIRE(stream.width == 10);
  return stream;
}

/// One pass, then the squared errors of the model that came out.
double final_squares(const std::string& spec, const Stream& rows) {
  auto model = make_learner(spec, core_registry());
  if (!model.ok()) FAIL(model.status().text());
  for (std::size_t k = 0; k < rows.size(); k++)
    REQUIRE((*model)->learn(rows[k], {}).ok());
  double sum = 0;
  for (std::size_t k = 0; k < rows.size(); k++) {
    float out = 0;
    (*model)->predict(rows[k], {&out, 1});
    const double e = static_cast<double>(out) - static_cast<double>(rows.labels[k]);
    sum += e * e;
  }
  return sum;
}

}  // namespace

TEST_CASE("nelder_mead: one pass over diabetes comes within .1 % of least squares") {
  const Stream rows = diabetes();
  if (rows.size() == 0) return;
  const double squares = final_squares("nelder_mead", rows);
  MESSAGE("nelder_mead on diabetes: " << squares / kDiabetes << " x least squares");
  CHECK(squares >= kDiabetes - 1);
  CHECK(squares <= 1.001 * kDiabetes);
}

TEST_CASE("nelder_mead: ChickWeights") {
  const Stream rows = figure_stream("chick_weights.csv");
  if (rows.size() == 0) return;
  const double squares = final_squares("nelder_mead", rows);
  MESSAGE("nelder_mead on ChickWeights: " << squares / kChicks << " x least squares");
  CHECK(squares <= 1.001 * kChicks);
  check_figures("nelder_mead", "chick_weights.csv", {{"mae", 22.5}}, .3);
}

TEST_CASE("random_search: ten seeds on diabetes, 3 % of least squares on average") {
  const Stream rows = diabetes();
  if (rows.size() == 0) return;
  double sum = 0;
  for (int seed = 0; seed < 10; seed++)
    sum += final_squares("random_search(seed=" + std::to_string(seed) + ")", rows);
  MESSAGE("random_search on diabetes: " << sum / 10 / kDiabetes << " x least squares");
  CHECK(sum / 10 <= 1.03 * kDiabetes);
}

}  // namespace freshet
