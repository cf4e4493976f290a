#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/net/json_reader.h"
#include "freshet/net/json_writer.h"

namespace freshet {
namespace {

// The error of skipping the whole text; "" if it is JSON.
std::string judge(std::string_view text) {
  std::pmr::monotonic_buffer_resource memory;
  JsonReader in(text, &memory);
  in.skip_value();
  in.finish();
  return in.error();
}

TEST_CASE("json: what RFC 8259 allows is taken") {
  for (const char* text :
       {"0", "-0", "1e5", "-1.5E-3", "\"\"", "\"a\\u00e9\\n\\ud83d\\ude00\"", "true", " null ",
        "[]", "{}", "[1,[2,{\"a\":[]}],3]", "{\"a\":{\"b\":1},\"c\":[{}]}", "\"\xc3\xa9\""}) {
    CAPTURE(text);
    CHECK(judge(text) == "");
  }
}

TEST_CASE("json: what it doesn't is refused, with the place") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "body: expected a value, found the end of the body"},
      {"nul", "body: not a value of JSON (byte 0)"},
      {"NaN", "body: expected a value, found NaN"},
      {"[1,]", "[1]: expected a value behind the comma (byte 3)"},
      {"[1 2]", "[0]: expected , or ] here (byte 3)"},
      {"{\"a\":1,}", "body: expected a member's name here (byte 7)"},
      {"{\"a\" 1}", "body: expected : here (byte 5)"},
      {"01", "body: not a number (byte 0)"},
      {"+1", "body: expected a value, found +1"},
      {"1.", "body: not a number: digits are missing behind the point (byte 0)"},
      {"1e", "body: not a number: digits are missing in the exponent (byte 0)"},
      {"-", "body: not a number (byte 0)"},
      {"\"a", "body: this string does not end (byte 0)"},
      {"\"\\x\"", "body: no such escape (byte 1)"},
      {"\"\\ud800\"", "body: no such escape (byte 1)"},
      {"\"\\udc00\"", "body: no such escape (byte 1)"},
      {"\"\xff\"", "body: not UTF-8 (byte 1)"},
      {"\"\xed\xa0\x80\"", "body: not UTF-8 (byte 1)"},
      {"\"a\nb\"", "body: a control character in a string; write it as an escape (byte 2)"},
      {"1 1", "body: more behind the end of the JSON value (byte 2)"},
      {"[1}", "[0]: expected , or ] here (byte 2)"},
      {"{\"a\":1", "body: expected , or } here (byte 6)"},
      {"\x80", "body: expected a value, found ?"},
  };
  for (const auto& [text, error] : cases) {
    CAPTURE(text);
    CHECK(judge(text) == error);
  }
}

TEST_CASE("json: 64 levels are read, 65 are refused, 250,000 cost no stack") {
  CHECK(judge(std::string(64, '[') + std::string(64, ']')) == "");
  CHECK(judge(std::string(65, '[') + std::string(65, ']')).find("nested deeper than 64") !=
        std::string::npos);
  CHECK(judge(std::string(250000, '[')).find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("json: errors name the place by member and index") {
  std::pmr::monotonic_buffer_resource memory;
  JsonReader in(R"({"inputs":[{"data":[1,2,"n/a"]}]})", &memory);
  std::string_view key;
  REQUIRE(in.begin_object());
  REQUIRE(in.next_key(key));
  REQUIRE(in.begin_array());
  REQUIRE(in.next_element());
  REQUIRE(in.begin_object());
  REQUIRE(in.next_key(key));
  REQUIRE(in.begin_array());
  float value = 0;
  while (in.next_element())
    in.read_float(value);
  CHECK(in.error() == R"(inputs[0].data[2]: expected a number, found "n/a")");
  CHECK_FALSE(in.finish());
}

TEST_CASE("json: a name may not repeat, however it is written; one level below it may") {
  std::pmr::monotonic_buffer_resource memory;
  const auto read = [&](std::string_view text) {
    JsonReader in(text, &memory);
    std::string_view key;
    in.begin_object();
    while (in.next_key(key)) {
      if (in.kind() != JsonReader::Kind::object) {
        in.skip_value();
        continue;
      }
      in.begin_object();
      while (in.next_key(key))
        in.skip_value();
    }
    in.finish();
    return in.error();
  };
  CHECK(read(R"({"a":1,"b":{"a":2,"b":3},"c":4})") == "");
  CHECK(read(R"({"a":1,"\u0061":2})") == R"(body: "a" is there twice; leave one out)");
  CHECK(read(R"({"b":{"a":2,"a":3}})") == R"(b: "a" is there twice; leave one out)");
  std::string many = "{\"k\":0";
  for (int i = 0; i < 300; ++i)
    many += ",\"k" + std::to_string(i) + "\":0";
  CHECK(read(many + "}") == "body: over 256 members in one object");
  std::string hundred = "{\"k\":0";
  for (int i = 0; i < 100; ++i)
    hundred += ",\"k" + std::to_string(i) + "\":{\"k\":1}";
  CHECK(read(hundred + "}") == "");
  CHECK(read(hundred + ",\"k99\":1}") == R"(body: "k99" is there twice; leave one out)");
}

TEST_CASE("json: numbers are the nearest, and those that don't fit are refused") {
  std::pmr::monotonic_buffer_resource memory;
  double value = 0;
  CHECK((JsonReader("0.1", &memory).read_double(value) && value == 0.1));
  CHECK((JsonReader("1.7976931348623157e308", &memory).read_double(value) &&
         value == 1.7976931348623157e308));
  JsonReader big("1e999", &memory);
  CHECK_FALSE(big.read_double(value));
  CHECK(big.error() == "body: 1e999 does not fit FP64");
  float small = 0;
  JsonReader wide("1e39", &memory);
  CHECK_FALSE(wide.read_float(small));
  CHECK(wide.error() == "body: 1e39 does not fit FP32");
  int64_t whole = 0;
  CHECK((JsonReader("-9223372036854775808", &memory).read_i64(whole) && whole == INT64_MIN));
  JsonReader fraction("3.0", &memory);
  CHECK_FALSE(fraction.read_i64(whole, -128, 127));
  CHECK(fraction.error() == "body: expected an integer from -128 to 127, found 3.0");
  uint64_t natural = 0;
  CHECK((JsonReader("18446744073709551615", &memory).read_u64(natural) && natural == UINT64_MAX));
  CHECK_FALSE(JsonReader("18446744073709551616", &memory).read_u64(natural));
  CHECK_FALSE(JsonReader("-1", &memory).read_u64(natural));
}

TEST_CASE("json: one can come back to a member once the object is closed") {
  std::pmr::monotonic_buffer_resource memory;
  JsonReader in(R"([{"data":[7,"x"],"type":1},2])", &memory);
  std::string_view key;
  in.begin_array();
  in.next_element();
  in.begin_object();
  JsonReader::Mark data;
  while (in.next_key(key)) {
    if (key == "data") data = in.mark();
    in.skip_value();
  }
  const JsonReader::Mark behind = in.mark();
  in.go_to(data);
  double value = 0;
  REQUIRE(in.begin_array());
  REQUIRE(in.next_element());
  REQUIRE(in.read_double(value));
  CHECK(value == 7);
  REQUIRE(in.next_element());
  CHECK(in.place() == "[0].data[1]");
  in.skip_value();
  CHECK_FALSE(in.next_element());
  in.go_to(behind);
  CHECK(in.next_element());
  CHECK(in.place() == "[1]");
}

TEST_CASE("json: strings come unescaped, without a copy where nothing was escaped") {
  std::pmr::monotonic_buffer_resource memory;
  const std::string text = R"("plain")";
  std::string_view value;
  REQUIRE(JsonReader(text, &memory).read_string(value));
  CHECK(value.data() == text.data() + 1);
  REQUIRE(JsonReader(R"("a\u00e9\ud83d\ude00\\\"\/")", &memory).read_string(value));
  CHECK(value == "a\xc3\xa9\xf0\x9f\x98\x80\\\"/");
}

TEST_CASE("json: what is written reads back") {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("a\"b").value("x\n\x01\xc3\xa9").key("n").begin_array();
  json.value(0.1f).value(1e300).value(1.0 / 0.0).value(-3).value(UINT64_MAX).value(true).null();
  json.end_array().key("o").begin_object().end_object().end_object();
  CHECK(out ==
        "{\"a\\\"b\":\"x\\n\\u0001\xc3\xa9\",\"n\":[0.1,1e+300,null,-3,18446744073709551615,true,"
        "null],\"o\":{}}");
  CHECK(judge(out) == "");
  std::string wrong;
  CHECK_FALSE(append_json_string(wrong,
                                 "a\xff"
                                 "b"));
  CHECK(wrong ==
        "\"a\xef\xbf\xbd"
        "b\"");
}

}  // namespace
}  // namespace freshet
