#pragma once
/// What tests of learners share: one made of options or of a spec, and asked for a number.

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/spec.h"
#include "freshet/learn/registry.h"

namespace freshet::testing {

/// The first output.
inline float predict(const Learner& learner, const Example& x) {
  float out = -1;
  learner.predict(x, {&out, 1});
  return out;
}

template <class T, class Options>
std::unique_ptr<T> made(const Options& options) {
  auto one = T::make(options);
  REQUIRE(one.ok());
  return std::move(*one);
}

/// Every learner, and nothing else.
inline Registry learners() {
  return {learner_entries(), {}, {}, {}, nullptr, nullptr};
}

inline std::unique_ptr<Learner> learner(const std::string& spec) {
  auto made = make_learner(spec, learners());
  if (!made.ok()) FAIL(spec << ": " << made.status().text());
  return std::move(*made);
}

}  // namespace freshet::testing
