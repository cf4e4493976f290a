#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/schema.h"
#include "freshet/ingest/bad_lines.h"
#include "freshet/ingest/formats.h"
#include "freshet/ingest/input.h"
#include "tests/support/data.h"

namespace freshet {
namespace {

struct Rows {
  Schema schema;
  ExampleBlock block;
  std::vector<std::string> bad, notices;
  std::string target;
};

void read(const std::string& text, Rows& rows, ReaderOptions options = {}) {
  const std::string padded = text + std::string(64, '"');
  const std::span<const char> window(padded.data(), text.size());
  auto reader = find_input_format("jsonl")->make(options, rows.schema);
  REQUIRE(reader.ok());
  Bad first;
  if ((*reader)->begin(window, true, first) == Begin::failed) {
    rows.bad.push_back(describe(first, "x"));
    return;
  }
  std::size_t at = 0;
  while (at < window.size()) {
    Bad bad[4];
    const Read done = (*reader)->read(window.subspan(at), true, rows.block, bad);
    for (std::size_t k = 0; k < done.bad; ++k)
      rows.bad.push_back(std::string(reason_name(bad[k].reason)) + " " + describe(bad[k], "x"));
    if (done.used == 0 && done.bad == 0 && rows.block.empty()) break;
    at += done.used;
    if (done.used == 0) break;
  }
  for (const std::string& text_told : (*reader)->notices())
    rows.notices.push_back(text_told);
  rows.target = (*reader)->target();
}

std::string first_bad(const std::string& text, ReaderOptions options = {}) {
  Rows rows;
  read(text, rows, std::move(options));
  CHECK(rows.block.empty());
  REQUIRE(rows.bad.size() == 1);
  const std::string bad = rows.bad[0];
  return bad.substr(0, bad.find(" (use"));
}

std::vector<float> dense(const Rows& rows, uint32_t k) {
  const auto row = rows.block[k].dense;
  return {row.begin(), row.end()};
}

TEST_CASE("jsonl: numbers and truths are features, y is the target, a text is a category") {
  Rows rows;
  read(
      "{\"a\":1.5,\"on\":true,\"colour\":\"red\",\"y\":2}\n{\"y\":3,\"colour\":\"blue\",\"a\":-4e-"
      "1,\"on\":false}\r\n",
      rows);
  CHECK(rows.bad.empty());
  REQUIRE(rows.block.size() == 2);
  CHECK(rows.target == "y");
  CHECK(rows.notices[0] == "target: member \"y\" (--target names another)");
  CHECK(dense(rows, 0) == std::vector<float>{1.5f, 1});
  CHECK(dense(rows, 1) == std::vector<float>{-0.4f, 0});
  CHECK(rows.block[1].label[0] == 3);
  CHECK(rows.block[1].nominal.index[0] == 2);  // numbers come first, as in CSV
  CHECK(rows.schema.category_name(2, rows.block[1].nominal.category[0]) == "blue");
  CHECK(rows.block.line(1) == 2);
}

TEST_CASE("jsonl: nested members have joined names, arrays numbered ones, words one each") {
  Rows rows;
  read(
      "{\"u\":{\"age\":30,\"in\":{\"x\":1}},\"v\":[0.5,2],\"tags\":[\"a\",\"b\"],\"e\":[],\"n\":"
      "null,\"o\":{}}\n",
      rows);
  CHECK(rows.bad.empty());
  for (const char* name : {"u.age", "u.in.x", "v[0]", "v[1]", "tags=a", "tags=b"})
    CHECK(rows.schema.find(name).has_value());
  CHECK(rows.schema.feature_count() == 6);
  CHECK(dense(rows, 0) == std::vector<float>{30, 1, 0.5f, 2, 1, 1});
  CHECK(rows.block[0].label.empty());
}

TEST_CASE("jsonl: absent members and null are missing; 0 is a value") {
  Rows rows;
  read("{\"a\":1,\"b\":2}\n{\"b\":null,\"a\":0}\n{\"b\":5}\n{}\n", rows);
  REQUIRE(rows.block.size() == 4);
  CHECK(dense(rows, 1) == std::vector<float>{0});
  CHECK(rows.block[2].numeric.index[0] == 1);
  CHECK(rows.block[2].groups[0].key == 32);
  CHECK(rows.block[3].numeric.index.empty());
}

TEST_CASE("jsonl: weight, time, id and ignored members are no features") {
  ReaderOptions options;
  options.weight = "w";
  options.time = "ts";
  options.id = "key";
  options.ignore = {"skip"};
  Rows rows;
  read(
      "{\"ts\":1.5,\"x\":[0.5,2],\"y\":1,\"w\":2,\"key\":\"k1\",\"skip\":{\"deep\":[1,\"a\",{}]}}\n"
      "{\"ts\":\"1970-01-02T00:00:00Z\",\"x\":[1,2],\"y\":1,\"key\":17}\n",
      rows, options);
  CHECK(rows.bad.empty());
  REQUIRE(rows.block.size() == 2);
  CHECK(rows.schema.feature_count() == 2);
  CHECK(rows.block[0].time_us == 1'500'000);
  CHECK(rows.block[1].time_us == 86'400'000'000);
  CHECK(rows.block[0].weight == 2);
  CHECK(rows.block.id(0) == "k1");
  CHECK(rows.block.id(1) == "17");
}

TEST_CASE("jsonl: classes are called as they are written, numbers in shortest form") {
  ReaderOptions options;
  options.label = Target::one_class;
  options.target = "kind";
  Rows rows;
  read("{\"kind\":\"cat\"}\n{\"kind\":1.0}\n{\"kind\":1}\n{\"kind\":true}\n", rows, options);
  REQUIRE(rows.block.size() == 4);
  CHECK(rows.schema.class_name(0) == "cat");
  CHECK(rows.schema.class_name(1) == "1");
  CHECK(rows.block[2].label[0] == 1);
  CHECK(rows.schema.class_name(2) == "true");
}

TEST_CASE("jsonl: kinds come from options and from the model") {
  ReaderOptions options;
  options.nominal = {"zip"};
  options.numeric = {"n"};
  options.text = {"t"};
  options.missing = {"n/a"};
  Rows rows;
  read("{\"zip\":123,\"n\":\"5\",\"t\":\"some words\",\"m\":\"n/a\"}\n", rows, options);
  CHECK(rows.bad.empty());
  CHECK(rows.schema.category_name(*rows.schema.find("zip"), 0) == "123");
  CHECK(dense(rows, 0) == std::vector<float>{5});
  CHECK(rows.block[0].text[0].value == "some words");
  CHECK(!rows.schema.find("m").has_value());
  CHECK(rows.schema.kind(*rows.schema.find("t")) == Schema::Kind::text);
}

TEST_CASE("jsonl: a model that only predicts drops what it doesn't know") {
  Rows rows;
  (void)rows.schema.feature("a", Schema::Kind::numeric);
  ReaderOptions options;
  options.learning = false;
  options.label = Target::none;
  read("{\"new\":7,\"a\":1,\"word\":\"x\"}\n", rows, options);
  CHECK(rows.bad.empty());
  CHECK(rows.schema.feature_count() == 1);
  CHECK(rows.block[0].numeric.index.size() == 1);
}

TEST_CASE("jsonl: the float nearest to the decimal, not to its double") {
  // Just above the middle of 1 and the next float: its double is the middle itself, which is even.
  Rows rows;
  read(
      "{\"a\":1.00000005960464477540,\"b\":1e-46,\"c\":1.401298464324817e-45,\"d\":16777217."
      "0000000001}\n",
      rows);
  CHECK(rows.bad.empty());
  CHECK(dense(rows, 0) == std::vector<float>{1.00000012f, 0, 1.401298464324817e-45f, 16777218.0f});
}

TEST_CASE("jsonl: what is wrong is told with its column") {
  CHECK(first_bad("{\"a\":1,\"a\":2}\n") == "json x:1:8: a repeated member for \"a\"");
  CHECK(first_bad("{\"a\":1,\"\\u0061\":2}\n") == "json x:1:8: a repeated member for \"a\"");
  CHECK(first_bad("{\"a\":{\"b\":1},\"a.b\":2}\n") == "json x:1:14: a repeated member for \"a.b\"");
  CHECK(first_bad("{\"a\":1} x\n") == "json x:1:9: text behind the object");
  CHECK(first_bad("{\"a\":1}{\"a\":1}\n") == "json x:1:8: text behind the object");
  CHECK(first_bad("{\"a\":1e39}\n") ==
        "json x:1:6: a number beyond the range of float32 for \"a\", found \"1e39\"");
  CHECK(first_bad("{\"a\":1e999}\n").starts_with("json x:1:6: a number beyond"));
  CHECK(first_bad("{\"a\":01}\n") == "json x:1:7: expected ',' or '}'");
  CHECK(first_bad("{\"a\":NaN}\n").starts_with("json x:1:6: expected a value"));
  CHECK(first_bad("{\"a\" 1}\n") == "json x:1:6: expected ':'");
  CHECK(first_bad("{\"a\":1,}\n") == "json x:1:8: expected a member's name in quotes");
  CHECK(first_bad("{\"a\":1\n") == "json x:1:7: the line ends within a value");
  CHECK(first_bad("{\"a\":\"x\n") == "json x:1:6: a text without a closing quote");
  CHECK(first_bad("{\"a\":\"\\x\"}\n") == "json x:1:7: an escape that JSON doesn't know");
  CHECK(first_bad("{\"a\":\"\\ud800\"}\n") == "json x:1:7: half of a surrogate pair");
  CHECK(first_bad("[1]\n") == "json x:1:1: expected an object, '{'");
  CHECK(first_bad("{\"a\":[1,\"b\"]}\n") ==
        "json x:1:6: expected an array of numbers, or one of texts for \"a\"");
  CHECK(first_bad("{\"a\":[[1]]}\n").starts_with("json x:1:6: expected an array"));
  CHECK(first_bad("{\"a\":[\"b\",\"b\"]}\n") == "json x:1:11: a repeated member for \"a=b\"");
  CHECK(first_bad("{\"a\":\"\xff\"}\n") == "utf8 x:1:7: bytes that are no UTF-8");
  CHECK(first_bad(std::string("{\"a\":1,\0\"b\":2}\n", 15)) == "control x:1:8: a control byte");
  CHECK(first_bad("{\"y\":\"text\"}\n") ==
        "label x:1:6: expected a number for \"y\", found \"text\"");
}

TEST_CASE("jsonl: a text where numbers were is an error that suggests --missing") {
  Rows rows;
  read("{\"a\":1}\n{\"a\":\"n/a\"}\n{\"a\":2}\n", rows);
  CHECK(rows.block.size() == 2);
  REQUIRE(rows.bad.size() == 1);
  CHECK(rows.bad[0] ==
        "number x:2:6: expected a number for \"a\", found \"n/a\" (use --missing n/a, or "
        "--on-bad-line skip)");
}

TEST_CASE("jsonl: a row with a fault leaves no names behind") {
  Rows rows;
  read("{\"fresh\":1,\"word\":\"x\",\"y\":\"no\"}\n", rows);
  CHECK(rows.bad.size() == 1);
  CHECK(rows.schema.feature_count() == 0);
}

TEST_CASE("jsonl: values stand in each other 64 deep, not deeper") {
  const auto nested = [](int depth) {
    std::string text = "1";
    for (int k = 0; k < depth; ++k)
      text = "{\"a\":" + text + "}";
    return text + "\n";
  };
  Rows rows;
  read(nested(64), rows);
  CHECK(rows.block.size() == 1);
  CHECK(first_bad(nested(65)) == "json x:1:321: more than 64 values within each other");
  CHECK(first_bad(nested(100'000)).find("more than 64") != std::string::npos);
}

TEST_CASE("json table: Features and Label are rows in order, columns 0, 1 ...") {
  Rows rows;
  read("{\"Features\": [[1, 2.5], [3, 4]],\n \"Label\": [0, 1]}\n", rows);
  CHECK(rows.bad.empty());
  REQUIRE(rows.block.size() == 2);
  CHECK(dense(rows, 1) == std::vector<float>{3, 4});
  CHECK(rows.block[1].label[0] == 1);
  CHECK(rows.schema.name(1) == "1");
  Rows turned;
  read("{\"Label\": [0, 1], \"Features\": [[1, 2.5], [3, 4]]}", turned);
  CHECK(turned.block.size() == 2);
  CHECK(first_bad("{\"Features\": [[1, 2], [3]], \"Label\": [0, 1]}")
            .find("expected 2 fields, found 1") != std::string::npos);
  CHECK(
      first_bad("{\"Features\": [[1], [3]], \"Label\": [0]}").find("expected 2 fields, found 1") !=
      std::string::npos);
  CHECK(first_bad("{\"Features\": [[1], [3]], \"Label\": [0, 1]") ==
        "x:1:41: the line ends within a value");
}

TEST_CASE("json table: diabetes has 442 rows of 10") {
  const std::string path = shared_data("streams/diabetes.json");
  if (path.empty()) {
    MESSAGE("skipped: no shared data");
    return;
  }
  Schema schema;
  InputOptions what;
  what.data = path;
  const auto input = Input::open(what, {}, schema);
  REQUIRE(input.ok());
  ExampleBlock block;
  REQUIRE(*(*input)->next(block));
  CHECK(block.size() == 442);
  CHECK(block[0].dense.size() == 10);
  CHECK(block[0].dense[0] == 0.038075906433423026f);
  CHECK(block[0].label[0] == 151);
  CHECK(!*(*input)->next(block));
}

}  // namespace
TEST_CASE("jsonl: the first row names the target before anything is read, whatever ends its line") {
  for (const std::string text :
       {"{\"a\": 1, \"label\": 2}\n", "\r\n{\"a\": 1, \"label\": 2}\r\n"}) {
    CAPTURE(text);
    Schema schema;
    const auto reader = find_input_format("jsonl")->make({}, schema);
    REQUIRE(reader.ok());
    const std::string padded = text + std::string(64, ' ');
    Bad bad;
    REQUIRE((*reader)->begin({padded.data(), text.size()}, true, bad) == Begin::ready);
    CHECK((*reader)->target() == "label");
    CHECK((*reader)->next_line() == 1);
  }
}

}  // namespace freshet
