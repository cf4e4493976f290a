#include "freshet/cli/json_text.h"

#include <cmath>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("json text: objects and arrays in the order they are said") {
  JsonText json;
  json.begin_object()
      .count("n", 3)
      .key("list")
      .begin_array()
      .number(0.1)
      .null()
      .boolean(true)
      .end_array();
  json.text("name", "a").key("empty").begin_object().end_object().end_object();
  CHECK(json.str() == R"({"n":3,"list":[0.1,null,true],"name":"a","empty":{}})");
}

TEST_CASE("json text: what JSON has no number for is null") {
  CHECK(json_number(std::nan("")) == "null");
  CHECK(json_number(-INFINITY) == "null");
  CHECK(json_number(1e300) == "1e+300");
}

TEST_CASE("json text: quotes, control bytes and bytes that aren't UTF-8") {
  CHECK(json_string("a\"b\\c\n\x01") == R"("a\"b\\c\n\u0001")");
  CHECK(json_string("\xc3\xa4\xe2\x82\xac") == "\"\xc3\xa4\xe2\x82\xac\"");
  CHECK(json_string("\xff") == "\"\xef\xbf\xbd\"");
  CHECK(json_string("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
}

}  // namespace freshet
