#include "freshet/cli/spec_argument.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("spec argument: JSON becomes the text that means the same") {
  CHECK(
      *spec_from_json(
          R"({"pipeline":[{"scale":{}},{"logistic":{"optimizer":"sgd","learning_rate":0.005}}]})") ==
      "scale | logistic(optimizer=sgd, learning_rate=0.005)");
  CHECK(*spec_from_json(R"({"linear":{"l1":1,"bits":18}})") == "linear(l1=1, bits=18)");
  CHECK(*spec_from_json(R"({"pipeline":["scale","linear"]})") == "scale | linear");
  CHECK(*spec_from_json(R"({"bagging":{"model":{"tree":{"grace":50}},"size":10,"on":true}})") ==
        "bagging(model=tree(grace=50), size=10, on=true)");
  CHECK(*spec_from_json(R"({"voting":{"model":["a","b"]}})") == "voting(model=a, model=b)");
  CHECK(*spec_from_json(R"({"select":{"names":"a, b"}})") == "select(names=\"a, b\")");
}

TEST_CASE("spec argument: what is no spec says what was expected") {
  for (const char* text :
       {"", "{", "[]", "1", R"({"pipeline":{}})", R"({"a":1})", R"({"a":{},"b":{}})",
        R"({"a":{"b":null}})", R"({"pipeline":[1]})", R"({"pipeline":[],"more":1})"}) {
    CAPTURE(text);
    const Result<std::string> spec = spec_from_json(text);
    REQUIRE(!spec.ok());
    CHECK(spec.status().code() == Code::invalid_argument);
    CHECK(spec.status().text().find("expected {\"pipeline\"") != std::string_view::npos);
  }
}

TEST_CASE("spec argument: a text stays as it is, blanks around it taken off") {
  CHECK(*spec_text("  scale | linear \n") == "scale | linear");
  CHECK(spec_text("@no/such/file").status().code() == Code::not_found);
}

}  // namespace freshet
