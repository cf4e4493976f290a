#pragma once
/// What every conformance test needs: the catalogue, learners by spec, model bytes.

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/transform/registry.h"
#include "tests/conformance/stream.h"

namespace freshet {

inline Registry catalogue() {
  return {learner_entries(), transform_entries(), metric_entries(), {}, nullptr};
}

inline std::unique_ptr<Learner> make(const std::string& spec) {
  auto made = make_learner(spec, catalogue(), 7);
  if (!made.ok()) FAIL(spec << ": " << made.status().text());
  return std::move(*made);
}

/// Runs f(name) for every learner, the name captured.
template <class F>
void each_learner(F&& f) {
  for (const Entry<Learner>* entry : learner_entries()) {
    const std::string name(entry->info.name);
    if (make(name)->label() == Label::decision) continue;  // decisions_test.cc
    CAPTURE(name);
    f(name);
  }
}

/// The whole state and all options.
inline std::vector<std::byte> bytes_of(const Learner& learner) {
  ModelFileWriter writer;
  REQUIRE(writer.add_learner(learner).ok());
  return writer.finish();
}

inline std::vector<float> predict(const Learner& learner, const Example& x) {
  std::vector<float> out(learner.outputs());
  if (!out.empty()) learner.predict(x, out);
  return out;
}

inline void teach(Learner& learner, const std::vector<ExampleBuffer>& rows, std::size_t from = 0,
                  std::size_t to = SIZE_MAX) {
  for (std::size_t k = from; k < rows.size() && k < to; k++) {
    const Status learned = learner.learn(rows[k].view(), {});
    if (!learned.ok()) FAIL("row " << k << ": " << learned.text());
  }
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t k = 0; k < a.size(); k++) {
    const double size = std::max(1.0, std::abs(static_cast<double>(a[k])));
    most = std::max(most, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])) / size);
  }
  return most;
}

inline void check_finite(const Learner& learner, const std::vector<float>& out) {
  const bool classes = learner.label() == Label::one_class;
  double sum = 0;
  for (const float p : out) {
    CHECK(std::isfinite(p));
    if (classes) CHECK((p >= 0 && p <= 1));
    sum += static_cast<double>(p);
  }
  if (classes && out.size() > 1) CHECK(sum == doctest::Approx(1).epsilon(1e-6));
}

}  // namespace freshet
