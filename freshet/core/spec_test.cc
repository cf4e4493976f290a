#include "freshet/core/spec.h"

#include <doctest/doctest.h>

#include "freshet/core/learner.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/testing.h"

using namespace freshet;
using freshet::testing::kRegistry;

TEST_CASE("spec: a parsed spec is written canonically and reads back") {
  for (const std::string_view text :
       {"average", "plus | average", "plus(2) | average(start=1.5)",
        "bagging(model=tree(grace=50, leaf=\"a b\"), size=10)", "a(x=\"say \\\"hi\\\"\")"}) {
    auto spec = parse_spec(text);
    REQUIRE(spec.ok());
    CHECK(format_spec(*spec) == text);
  }
}

TEST_CASE("spec: an error names the column and what was found") {
  CHECK(parse_spec("").status().text() ==
        "spec: column 1: expected the name of a learner or transform, found the end");
  CHECK(parse_spec("scale |").status().at() == 8);
  CHECK(parse_spec("a(b=)").status().text() == "spec: column 5: expected a value, found \")\"");
  CHECK(parse_spec("a(b=1").status().text() ==
        "spec: column 6: expected ',' or ')', found the end");
  CHECK(parse_spec("a b").status().at() == 3);
  CHECK(parse_spec("a(\"b").status().code() == Code::invalid_argument);
  CHECK(parse_spec(std::string(70'000, 'a')).status().code() == Code::invalid_argument);
  CHECK(parse_spec("a(" + std::string(100, '(')).status().code() == Code::invalid_argument);
}

TEST_CASE("spec: a model is made with its options, by name or by place, and tells its spec") {
  auto model = make_learner("plus(2) | average(start=1.5)", kRegistry);
  REQUIRE(model.ok());
  CHECK(spec_of(**model) == "plus(by=2) | average(start=1.5)");
  auto plain = make_learner("average", kRegistry, 7);
  REQUIRE(plain.ok());
  CHECK(spec_of(**plain) == "average(seed=7)");
}

TEST_CASE("spec: unknown names suggest the nearest, misplaced steps say why") {
  CHECK(make_learner("avrage", kRegistry).status().text() ==
        "no learner \"avrage\"; did you mean \"average\"? (freshet list learners shows all)");
  CHECK(make_learner("pls | average", kRegistry).status().text().find("\"plus\"") !=
        std::string_view::npos);
  CHECK(make_learner("plus", kRegistry).status().text().find("end the spec with a learner") !=
        std::string_view::npos);
  CHECK(make_learner("average | average", kRegistry).status().text().find("only the last step") !=
        std::string_view::npos);
  CHECK(make_learner("average(strat=1)", kRegistry).status().text() ==
        "average: no option \"strat\"; did you mean \"start\"?");
  CHECK(make_learner("average(start=1000)", kRegistry).status().text() ==
        "average: start: 1000 is outside -100 to 100");
  CHECK(make_learner("average(1, 2, 3)", kRegistry).status().code() == Code::invalid_argument);
  CHECK(make_learner("average(start=1, 2)", kRegistry).status().text().find("name it") !=
        std::string_view::npos);
}
