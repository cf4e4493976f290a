#include "freshet/net/model_name.h"

#include <string>

#include <doctest/doctest.h>

using freshet::is_model_name;

TEST_CASE("model name: letters, digits, and _ . - behind the first character") {
  CHECK(is_model_name("ads"));
  CHECK(is_model_name("_a.b-9"));
  CHECK(is_model_name("0"));
  CHECK(is_model_name(std::string(128, 'x')));
}

TEST_CASE("model name: no path, no option, nothing hidden") {
  for (const char* name : {"", ".hidden", "-option", "a/b", "..", "a b", "\xc3\xa4", "stats"}) {
    INFO(name);
    CHECK(!is_model_name(name));
  }
  CHECK(!is_model_name(std::string(129, 'x')));
}
