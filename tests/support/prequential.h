#pragma once
/// Test-then-train over a stream: the figures of the reference tests.

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/transform/registry.h"
#include "tests/support/stream.h"

namespace freshet {

/// Everything that can be named in rings 0-2.
inline Registry core_registry() {
  return {learner_entries(), transform_entries(), metric_entries(), {}, nullptr};
}

/// The values of `metrics` after the whole stream; empty (after saying why) when something is refused. Classes get ids by
/// first appearance, as readers give them, unless the learner is binary: then the label is the id.
inline std::vector<double> prequential(std::string_view spec, const Stream& stream,
                                       const std::vector<std::string>& metrics) {
  const Registry registry = core_registry();
  auto learner = make_learner(spec, registry);
  if (!learner.ok()) {
    std::cerr << spec << ": " << learner.status().text() << "\n";
    return {};
  }
  Learner& model = **learner;
  const bool ids = model.label() == Label::one_class && (model.traits() & kBinary) == 0;
  std::vector<std::unique_ptr<Metric>> scores;
  for (const std::string& name : metrics) {
    auto metric = make_metric(name, registry);
    if (!metric.ok()) {
      std::cerr << name << ": " << metric.status().text() << "\n";
      return {};
    }
    scores.push_back(std::move(*metric));
  }
  std::vector<float> names, before;
  for (std::size_t k = 0; k < stream.size(); k++) {
    Example x = stream[k];
    float label = x.label[0];
    if (ids) {
      std::size_t id = 0;
      while (id < names.size() && names[id] != label)
        id++;
      if (id == names.size()) names.push_back(label);
      for (auto& score : scores)
        if (label == 1) score->set_positive(static_cast<uint32_t>(id));
      label = static_cast<float>(id);
      x.label = {&label, 1};
    }
    before.assign(model.outputs(), 0);
    if (const Status learned = model.learn(x, before); !learned.ok()) {
      std::cerr << spec << ": row " << k << ": " << learned.text() << "\n";
      return {};
    }
    for (auto& score : scores)
      score->update(x.label, before, x.weight);
  }
  std::vector<double> values;
  for (auto& score : scores)
    values.push_back(score->value());
  return values;
}

}  // namespace freshet
