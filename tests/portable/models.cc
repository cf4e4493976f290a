#include <bit>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "freshet/base/crc32c.h"
#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/transform/registry.h"
#include "tests/portable/parts.h"
#include "tests/support/phishing.h"

namespace freshet {

namespace {

// Small tables: a microcontroller holds the model, its file and the stream at once.
std::string small_spec(const Info& info) {
  std::string spec(info.name);
  if (find_option(info.options, "bits") != nullptr) spec += "(bits=8)";
  if (find_option(info.options, "model") != nullptr) spec += "(model=vw(bits=8))";
  return spec;
}

uint32_t crc_of(std::span<const float> values, uint32_t crc) noexcept {
  return crc32c(std::as_bytes(values), crc);
}

// Test-then-train over the whole stream: a checksum over all predictions, the last one, and one over the model file.
void print_model(const std::string& spec, const Registry& registry, const ExampleBlock& rows) {
  auto learner = make_learner(spec, registry);
  if (!learner.ok()) {
    std::printf("%s: %s\n", spec.c_str(), learner.status().text().data());
    return;
  }
  uint32_t crc = 0;
  uint32_t refused = 0;
  std::vector<float> before;
  for (uint32_t k = 0; k < rows.size(); ++k) {
    before.assign((*learner)->outputs(), 0);
    refused += (*learner)->learn(rows[k], before).ok() ? 0 : 1;
    crc = crc_of(before, crc);
  }
  print_bits((spec + " predictions").c_str(), crc);
  print_bits((spec + " refused").c_str(), refused);
  for (const float value : before)
    print_bits((spec + " last").c_str(), std::bit_cast<uint32_t>(value));
  ModelFileWriter writer;
  const Status added = writer.add_learner(**learner);
  if (!added.ok()) std::printf("%s: %s\n", spec.c_str(), added.text().data());
  print_bits((spec + " file").c_str(), crc32c(writer.finish()));
}

void print_metric(const std::string& spec, const Registry& registry, const ExampleBlock& rows) {
  auto metric = make_metric(spec, registry);
  if (!metric.ok()) return;
  for (uint32_t k = 0; k < rows.size(); ++k) {
    const float predicted = static_cast<float>(k % 64) / 64;
    (*metric)->update(rows[k].label, std::span(&predicted, 1), 1);
  }
  print_bits((spec + " value").c_str(), std::bit_cast<uint64_t>((*metric)->value()));
}

}  // namespace

void print_models() noexcept {
  const Registry registry{learner_entries(), transform_entries(), metric_entries(), {}, nullptr};
  const ExampleBlock rows = phishing_rows();
  print_bits("rows", rows.size());
  for (const auto* entry : registry.learners)
    print_model(small_spec(entry->info), registry, rows);
  for (const auto* entry : registry.transforms)
    print_model(small_spec(entry->info) + " | logistic(bits=8)", registry, rows);
  for (const char* optimizer : {"sgd", "adagrad", "adam"})
    print_model(std::string("scale | logistic(bits=8, optimizer=") + optimizer + ")", registry,
                rows);
  for (const auto* entry : registry.metrics)
    print_metric(std::string(entry->info.name), registry, rows);
}

}  // namespace freshet
