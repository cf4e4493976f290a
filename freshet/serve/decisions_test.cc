#include "freshet/serve/decisions.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/base/rng.h"

namespace freshet {
namespace {

Status read(const std::vector<std::string_view>& texts, bool learning, ExampleBlock& out) {
  const std::array<int64_t, 1> shape{static_cast<int64_t>(texts.size())};
  const std::array inputs{
      Tensor{.name = "text", .datatype = Datatype::bytes, .shape = shape, .texts = texts}};
  return read_decisions({.method = Method::infer, .inputs = inputs}, learning, out);
}

std::string refusal(const std::vector<std::string_view>& texts, bool learning = false) {
  ExampleBlock out;
  const Status status = read(texts, learning, out);
  CHECK(status.code() == Code::invalid_argument);
  return std::string(status.text());
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "decisions: each text is one, with or without a shared line, a line end behind it or not") {
  ExampleBlock out;
  REQUIRE(read({"shared |U u\n|A a\n0:-1:0.5 |A b:2", "|A a\r\n|A b\n\n"}, false, out).ok());
  REQUIRE(out.decisions().size() == 2);
  std::vector<Example> actions;
  const Decision first = out.decision(out.decisions()[0], actions);
  CHECK(first.shared.numeric.index.size() == 1);
  CHECK(first.chosen == 1);
  CHECK(first.cost == -1);
  CHECK(first.actions[1].numeric.value[0] == 2);
  const Decision second = out.decision(out.decisions()[1], actions);
  CHECK(second.shared.numeric.index.empty());
  CHECK(second.actions.size() == 2);
  CHECK(second.chosen < 0);
}

TEST_CASE("decisions: more of them than a reader's block holds") {
  const std::vector<std::string_view> texts(3000, "shared |U u\n|A a\n|A b");
  ExampleBlock out;
  REQUIRE(read(texts, false, out).ok());
  CHECK(out.decisions().size() == 3000);
  CHECK(says(refusal(std::vector<std::string_view>(30000, "shared |U u\n|A a\n|A b")), "65,536"));
}

TEST_CASE("decisions: what is none is refused with its place") {
  CHECK(says(refusal({"|A a", "|A b:1b"}), "row 1: line 1, column"));
  CHECK(says(refusal({"shared |U u\n|A a\n0:1:7 |A b"}), "line 3, column 5"));
  CHECK(says(refusal({"|A a\n\n|A b"}), "one decision"));
  CHECK(says(refusal({""}), "one decision"));
  CHECK(says(refusal({"|A a"}, true), "no action is labelled"));
  ExampleBlock out;
  CHECK(says(std::string(read_decisions({}, false, out).text()), "text"));
  const std::array<int64_t, 1> shape{1};
  const std::array<std::string_view, 1> text{"0:1:0.5 |A a"};
  const Tensor rows{.name = "text", .datatype = Datatype::bytes, .shape = shape, .texts = text};
  const std::array inputs{rows};
  CHECK(says(std::string(read_decisions({.inputs = inputs, .targets = inputs}, true, out).text()),
             "targets"));
  CHECK(read_decisions({.inputs = inputs}, true, out).ok());
}

TEST_CASE("decisions: the draw is that of the id; the next decision takes the next one") {
  ExampleBlock block;
  REQUIRE(read({"|A a\n|A b", "|A a\n|A b\n|A c"}, false, block).ok());
  const std::vector<float> probabilities = {.5f, .5f, .2f, .3f, .5f};
  Served served;
  served.draw(block, probabilities, "visit-17", 9);
  Draws draws(9, 0, hash64("visit-17"));
  const double u = draws.uniform(), v = draws.uniform();
  REQUIRE(served.actions().size() == 2);
  CHECK(served.actions()[0] == (u < .5 ? 0 : 1));
  CHECK(served.actions()[1] == (v < .2 ? 0 : v < .5 ? 1 : 2));
  CHECK(served.probability()[1] ==
        probabilities[2 + static_cast<std::size_t>(served.actions()[1])]);
  CHECK(served.widest() == 3);
  REQUIRE(served.probabilities().size() == 6);
  CHECK(served.probabilities()[2] == 0);
  CHECK(served.probabilities()[5] == .5f);
  const int64_t first = served.actions()[0];
  served.draw(std::span(probabilities).first(2), "visit-17", 9);  // alone it is the same
  CHECK(served.actions()[0] == first);
}

}  // namespace freshet
