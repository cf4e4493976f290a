#include "tests/golden/golden.h"

#include <bit>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/transform/registry.h"
#include "tests/support/phishing.h"

namespace freshet {

namespace {

constexpr uint32_t kTaught = 500, kAsked = 100;

void append_bits(std::string& out, uint64_t bits, int digits) {
  char text[17];
  std::snprintf(text, sizeof(text), "%0*llx", digits, static_cast<unsigned long long>(bits));
  out += text;
}

/// Rows k to k + 2 as the actions of one decision.
Decision decision(const ExampleBlock& rows, uint32_t k) {
  static Example actions[3];
  for (uint32_t a = 0; a < 3; ++a) {
    actions[a] = rows[k + a];
    actions[a].label = {};
  }
  const auto chosen = static_cast<int32_t>(k / 3 % 3);
  const float cost = rows[k + static_cast<uint32_t>(chosen)].label[0];
  return {.shared = {}, .actions = actions, .chosen = chosen, .cost = cost, .probability = .25F};
}

}  // namespace

Registry golden_registry() noexcept {
  return {learner_entries(), transform_entries(), metric_entries(), {}, nullptr};
}

Golden parse_golden(std::string line) {
  while (!line.empty() && line.back() == '\n')
    line.pop_back();
  const std::string mark = "metric ";
  if (line.starts_with(mark)) return {line.substr(mark.size()), true};
  return {line, false};
}

Result<std::unique_ptr<Learner>> taught_learner(const std::string& spec) {
  FRESHET_TRY_ASSIGN(auto learner, make_learner(spec, golden_registry()));
  const ExampleBlock rows = phishing_rows();
  if (learner->label() == Label::decision) {
    for (uint32_t k = 0; k + 3 <= kTaught; k += 3)
      FRESHET_TRY(learner->learn_decision(decision(rows, k), {}));
    return learner;
  }
  for (uint32_t k = 0; k < kTaught; ++k)
    FRESHET_TRY(learner->learn(rows[k], {}));
  return learner;
}

Result<std::unique_ptr<Metric>> taught_metric(const std::string& spec) {
  FRESHET_TRY_ASSIGN(auto metric, make_metric(spec, golden_registry()));
  const ExampleBlock rows = phishing_rows();
  for (uint32_t k = 0; k < kTaught; ++k) {
    const float predicted = static_cast<float>(k % 8) / 8 + 0.0625F;
    metric->update(rows[k].label, std::span(&predicted, 1), 1);
  }
  return metric;
}

std::string answers(const Learner& learner) {
  std::string out;
  const ExampleBlock rows = phishing_rows();
  const bool decides = learner.label() == Label::decision;
  std::vector<float> predicted(decides ? 3 : learner.outputs());
  for (uint32_t k = kTaught; k < kTaught + kAsked; ++k) {
    if (decides)
      learner.predict_decision(decision(rows, k), predicted);
    else
      learner.predict(rows[k], predicted);
    for (std::size_t j = 0; j < predicted.size(); ++j) {
      if (j > 0) out += ' ';
      append_bits(out, std::bit_cast<uint32_t>(predicted[j]), 8);
    }
    out += '\n';
  }
  return out;
}

std::string answers(const Metric& metric) {
  std::string out;
  append_bits(out, std::bit_cast<uint64_t>(metric.value()), 16);
  return out + '\n';
}

std::vector<std::byte> read_bytes(const std::string& path) {
  const std::string text = read_text(path);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace freshet
