#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/core/example_block.h"
#include "tests/reference/figures.h"

/// Figures of Vowpal Wabbit 9.11.2 (--coin, --pistol) on the streams as its text, zeros dropped, logistic loss; gate: the
/// larger of 1e-4 relative and 1e-6 (learners.md, 15).

namespace freshet {
namespace {

/// Labels of -1 and 1, one namespace, plain numbers: enough for vw/rcv1_small.dat, without the reader.
ExampleBlock read_lines(const std::string& path) {
  ExampleBlock block;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t bar = line.find('|');
    const std::size_t name_end = line.find(' ', bar);
    const uint32_t space = hash_name(std::string_view(line).substr(bar + 1, name_end - bar - 1), 0);
    block.begin();
    block.add_label(line[0] == '-' ? 0.f : 1.f);
    std::size_t at = name_end;
    while (at != std::string::npos && at + 1 < line.size()) {
      const std::size_t end = std::min(line.find(' ', at + 1), line.size());
      const std::string_view token = std::string_view(line).substr(at + 1, end - at - 1);
      at = end;
      if (token.empty()) continue;
      const std::size_t colon = token.find(':');
      const float value = colon == std::string_view::npos
                              ? 1
                              : std::strtof(std::string(token.substr(colon + 1)).c_str(), nullptr);
      block.add_numeric(hash_name(token.substr(0, colon), space), value);
    }
    block.finish();
  }
  return block;
}

double log_loss(const char* spec, const ExampleBlock& rows) {
  auto model = make_learner(spec, core_registry());
  REQUIRE(model.ok());
  auto metric = make_metric("log_loss", core_registry());
  REQUIRE(metric.ok());
  float before = 0;
  for (uint32_t k = 0; k < rows.size(); k++) {
    REQUIRE((*model)->learn(rows[k], {&before, 1}).ok());
    (*metric)->update(rows[k].label, {&before, 1}, 1);
  }
  return (*metric)->value();
}

void check_rcv1(const char* spec, double figure) {
  const std::string path = shared_data("vw/rcv1_small.dat");
  if (path.empty()) return;
  const double loss = log_loss(spec, read_lines(path));
  CAPTURE(loss);
  CHECK(std::abs(loss - figure) <= 1e-4 * figure);
}

}  // namespace

TEST_CASE("coin: equal to vw --coin") {
  check_figures("coin", "bananas.csv", {{"log_loss", .687489}}, 6.8e-5);
  check_figures("coin", "phishing.csv", {{"log_loss", .374853}}, 3.7e-5);
  check_figures("coin", "elec2.csv", {{"log_loss", .324918}}, 3.2e-5);
  check_rcv1("coin", .448101);
}

TEST_CASE("pistol: equal to vw --pistol") {
  check_figures("pistol", "bananas.csv", {{"log_loss", .686978}}, 6.8e-5);
  check_figures("pistol", "phishing.csv", {{"log_loss", .333276}}, 3.3e-5);
  check_figures("pistol", "elec2.csv", {{"log_loss", .393049}}, 3.9e-5);
  check_rcv1("pistol", .393140);
}

}  // namespace freshet
