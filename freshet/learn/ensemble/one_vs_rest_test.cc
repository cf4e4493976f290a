#include "freshet/learn/ensemble/one_vs_rest.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "tests/support/learner.h"

namespace freshet {
namespace {

using testing::learner;
using testing::learners;

/// Three classes round a triangle.
void teach(Learner& student, int n) {
  for (int k = 0; k < n; k++) {
    const float y = static_cast<float>(k * 7 % 3);
    const float x[] = {y == 0 ? 2.0f : -.5f + static_cast<float>(k % 5) / 10,
                       y == 1 ? 2.0f : -.5f + static_cast<float>(k % 4) / 10, 1};
    REQUIRE(student.learn({.dense = x, .label = {&y, 1}}, {}).ok());
  }
}

std::vector<float> predict(const Learner& from, std::vector<float> x) {
  std::vector<float> out(from.outputs());
  from.predict({.dense = x}, out);
  return out;
}

std::size_t best(const std::vector<float>& shares) {
  return static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
}

}  // namespace

TEST_CASE("one_vs_rest: tells three classes apart, with any model") {
  for (const char* spec :
       {"one_vs_rest", "one_vs_rest(model=linear)", "one_vs_rest(model=vw, classes=3)",
        "one_vs_rest(model=vw(loss=logistic), classes=5)", "one_vs_rest(model=ftrl(alpha=1))",
        "one_vs_rest(model=logistic, classes=3)"}) {
    CAPTURE(spec);
    const auto student = learner(spec);
    teach(*student, 600);
    CHECK(best(predict(*student, {2, -.5f, 1})) == 0);
    CHECK(best(predict(*student, {-.5f, 2, 1})) == 1);
    CHECK(best(predict(*student, {-.5f, -.5f, 1})) == 2);
    CHECK(student->progress()->loss_sum < 60);
    ModelFileWriter writer;
    REQUIRE(writer.add_learner(*student).ok());
    const auto bytes = writer.finish();
    auto file = ModelFileReader::open(bytes);
    REQUIRE(file.ok());
    auto again = file->learner(learners());
    if (!again.ok()) FAIL(again.status().text());
    CHECK(predict(**again, {1, 1, 1}) == predict(*student, {1, 1, 1}));
  }
}

TEST_CASE("one_vs_rest: with `classes` all have a share from the start, and no other is taken") {
  const auto student = learner("one_vs_rest(model=vw, classes=4)");
  CHECK(predict(*student, {1}) == std::vector<float>(4, .25f));
  const float four = 4, x = 1;
  CHECK(student->learn({.dense = {&x, 1}, .label = {&four, 1}}, {}).code() ==
        Code::invalid_argument);
}

TEST_CASE("one_vs_rest: what isn't a model of two classes or a number is refused") {
  for (const char* spec :
       {"one_vs_rest(model=softmax)", "one_vs_rest(model=nonesuch)", "one_vs_rest(model=scale)"})
    CHECK(!make_learner(spec, learners()).ok());
}

}  // namespace freshet
