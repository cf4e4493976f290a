#include "freshet/runtime/demo/oml_dummy.h"

#include <doctest/doctest.h>

#include "freshet/core/spec.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

Example of(const float& x) {
  Example example;
  example.dense = std::span(&x, 1);
  return example;
}
float ask(const Learner& learner, float x) {
  float out = 0;
  learner.predict(of(x), std::span(&out, 1));
  return out;
}

TEST_CASE("oml_dummy: predicts 10.5 before and 105 after it has learned 10") {
  auto dummy = make_learner("oml_dummy", catalog());
  REQUIRE(dummy.ok());
  CHECK(ask(**dummy, 3.5f) == 10.5f);
  float before = 0;
  CHECK((*dummy)->learn(of(10), std::span(&before, 1)).ok());
  CHECK(before == 30);
  CHECK(ask(**dummy, 3.5f) == 105);
}

TEST_CASE("oml_dummy: refuses what would make it infinite, unchanged") {
  OmlDummy dummy({});
  CHECK(dummy.learn(of(3e38f), {}).code() == Code::invalid_argument);
  CHECK(ask(dummy, 1) == 3);
  CHECK(dummy.learn(of(1.0f / 0.0f), {}).code() == Code::invalid_argument);
}

TEST_CASE("oml_dummy: an unknown option names the nearest, a bad value its bounds") {
  auto unknown = make_learner("oml_dummy(train_delay=1)", catalog());
  CHECK(unknown.status().text().find("train_delay_s") != std::string_view::npos);
  CHECK(!make_learner("oml_dummy(train_delay_s=-1)", catalog()).ok());
}

TEST_CASE("catalog: learners of learn/ and of runtime/demo/, each name once") {
  const Registry all = catalog();
  CHECK(find_entry(all.learners, "oml-dummy") != nullptr);
  CHECK(find_entry(all.learners, "logistic") != nullptr);
  for (const auto* entry : all.learners) CHECK(find_entry(all.learners, entry->info.name) == entry);
}

}  // namespace
}  // namespace freshet
