#include "freshet/serve/examples.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/serve/class_labels.h"

namespace freshet {
namespace {

/// A schema of two numeric columns and the classes 0 and 1.
Schema two_columns() {
  Schema schema;
  REQUIRE(schema.feature("a", Schema::Kind::numeric).ok());
  REQUIRE(schema.feature("b", Schema::Kind::numeric).ok());
  REQUIRE(schema.label_class("0").ok());
  REQUIRE(schema.label_class("1").ok());
  return schema;
}

template <class T>
Tensor tensor(std::string_view name, Datatype type, std::span<const int64_t> shape,
              std::span<const T> values) {
  return Tensor::of<T>(name, type, shape, values);
}

std::string refusal(const Call& call, const InputForm& form, bool is_training = true) {
  ExampleBlock block;
  const Status status =
      is_training ? read_training(call, form, block) : read_inputs(call, form, false, block);
  CHECK(status.code() == Code::invalid_argument);
  return std::string(status.text());
}

constexpr std::array<int64_t, 2> kTwoByTwo{2, 2};
constexpr std::array<int64_t, 1> kTwo{2}, kOne{1};
const std::array<float, 4> kValues{1, 2, 3, 4};

}  // namespace

TEST_CASE("examples: x of an empty model names its columns 0, 1, ... and classes by their text") {
  const Schema empty;
  const std::array<int64_t, 2> y{0, 1};
  const std::array inputs{tensor<float>("x", Datatype::f32, kTwoByTwo, kValues)};
  const std::array targets{tensor<int64_t>("y", Datatype::i64, kTwo, y)};
  Call call{.method = Method::train, .inputs = inputs, .targets = targets};
  ExampleBlock block;
  REQUIRE(read_training(call, {.schema = &empty}, block).ok());
  REQUIRE(block.size() == 2);
  CHECK(block.own_names);
  CHECK(block.names[0].text == "0");
  CHECK(block.names[1].text == "1");
  CHECK(block[1].dense[0] == 3);
  CHECK(block.names[static_cast<std::size_t>(block[0].label[0])].text == "0");
  CHECK(block.names[static_cast<std::size_t>(block[1].label[0])].kind ==
        ExampleBlock::NameKind::label_class);
}

TEST_CASE("examples: what is known already goes into the log as final numbers") {
  const Schema schema = two_columns();
  const std::array<double, 4> values{1, 2, 3, 4};
  const std::array<int32_t, 2> y{1, 0};
  const std::array<float, 2> w{0.5f, 2};
  const std::array inputs{tensor<double>("x", Datatype::f64, kTwoByTwo, values)};
  const std::array targets{tensor<int32_t>("y", Datatype::i32, kTwo, y)};
  const Tensor weights = tensor<float>("w", Datatype::f32, kTwo, w);
  Call call{.inputs = inputs, .targets = targets, .weights = &weights};
  ExampleBlock block;
  REQUIRE(read_training(call, {.schema = &schema, .columns = 2, .features = 2}, block).ok());
  CHECK_FALSE(block.own_names);
  CHECK(block[0].label[0] == 1);
  CHECK(block[1].weight == 2);
}

TEST_CASE("examples: json rows give numbers, categories, absent features and the label") {
  const Schema schema = two_columns();
  const std::array<std::string_view, 1> rows{
      R"({"b": 2.5, "town": "Bern", "old": null, "y": "1", "wet": true})"};
  const std::array inputs{
      Tensor{.name = "json", .datatype = Datatype::bytes, .shape = kOne, .texts = rows}};
  Call call{.inputs = inputs};
  ExampleBlock block;
  REQUIRE(read_training(call, {.schema = &schema, .columns = 2, .features = 2}, block).ok());
  CHECK(block[0].numeric.index.size() == 2);
  CHECK(block[0].nominal.index.size() == 1);
  CHECK(block.names[static_cast<std::size_t>(block[0].label[0])].text == "1");
  REQUIRE(read_inputs(call, {.schema = &schema, .columns = 2, .features = 2}, false, block).ok());
  CHECK(block[0].numeric.index.size() == 1);  // the rest is unknown to the model
  CHECK(block[0].numeric.index[0] == 1);
  CHECK(block[0].label.empty());
}

TEST_CASE("examples: sparse lines and compressed rows keep their indices") {
  const Schema schema = two_columns();
  const std::array<std::string_view, 2> lines{"1 | 7:1.5 4000000000:2", "| 3:0"};
  const std::array text{
      Tensor{.name = "text", .datatype = Datatype::bytes, .shape = kTwo, .texts = lines}};
  ExampleBlock block;
  REQUIRE(read_inputs({.inputs = text}, {.schema = &schema}, false, block).ok());
  CHECK(block[0].numeric.index[1] == 4'000'000'000u);
  CHECK(block[1].numeric.index.empty());

  const std::array<uint64_t, 3> index{9, 8, 7};
  const std::array<float, 3> value{1, 2, 3};
  const std::array<int64_t, 3> offset{0, 1, 3};
  const std::array<int64_t, 1> three{3};
  const std::array rows{tensor<uint64_t>("indices", Datatype::u64, three, index),
                        tensor<float>("values", Datatype::f32, three, value),
                        tensor<int64_t>("offsets", Datatype::i64, three, offset)};
  REQUIRE(read_inputs({.inputs = rows}, {.schema = &schema}, false, block).ok());
  REQUIRE(block.size() == 2);
  CHECK(block[1].numeric.index[0] == 8);
}

TEST_CASE("examples: a new class of hashed rows is named, its indices stay final") {
  const Schema schema = two_columns();
  const std::array<std::string_view, 1> lines{"7 | 5:1"};
  const std::array text{
      Tensor{.name = "text", .datatype = Datatype::bytes, .shape = kOne, .texts = lines}};
  ExampleBlock block;
  REQUIRE(read_training({.inputs = text}, {.schema = &schema}, block).ok());
  CHECK(block.own_names);
  REQUIRE(block.names.size() == 1);
  CHECK(block.names[0].text == "7");
  CHECK(block[0].numeric.index[0] == 5);
}

TEST_CASE("examples: names that the first event is just adding refuse no rows") {
  Schema half;
  REQUIRE(half.feature("0", Schema::Kind::numeric).ok());
  const std::array x{tensor<float>("x", Datatype::f32, kTwoByTwo, kValues)};
  ExampleBlock block;
  CHECK(read_inputs({.inputs = x}, {.schema = &half}, false, block).ok());
  CHECK(read_inputs({.inputs = x}, {.schema = &half, .columns = 2}, false, block).ok());
  CHECK(block.size() == 2);
}

TEST_CASE("examples: every mistake names its place") {
  const Schema schema = two_columns();
  const InputForm form{.schema = &schema, .is_binary = true, .columns = 2, .features = 2};
  const std::array<int64_t, 2> y{0, 1};
  const std::array x{tensor<float>("x", Datatype::f32, kTwoByTwo, kValues)};
  const std::array targets{tensor<int64_t>("y", Datatype::i64, kTwo, y)};
  CHECK(refusal({}, form).find("found none") != std::string::npos);
  CHECK(refusal({.inputs = x}, form) ==
        "targets: row 0: a label is needed; send targets, or \"y\" in json");

  const std::array<int64_t, 2> four_by_one{4, 1};
  const std::array thin{tensor<float>("x", Datatype::f32, four_by_one, kValues)};
  CHECK(refusal({.inputs = thin, .targets = targets}, form) == "x: expected 2 columns, found 1");

  std::array<float, 4> bad = kValues;
  bad[2] = std::numeric_limits<float>::infinity();
  const std::array infinite{tensor<float>("x", Datatype::f32, kTwoByTwo, bad)};
  CHECK(refusal({.inputs = infinite, .targets = targets}, form) ==
        "x: row 1, column 0: not a finite FP32");

  const std::array<double, 4> huge{1, 1e39, 1, 1};
  const std::array large{tensor<double>("x", Datatype::f64, kTwoByTwo, huge)};
  CHECK(refusal({.inputs = large}, form, false) == "x: row 0, column 1: not a finite FP32");

  const std::array<int64_t, 2> three{0, 3};
  const std::array third{tensor<int64_t>("y", Datatype::i64, kTwo, three)};
  CHECK(refusal({.inputs = x, .targets = third}, form).find("a third class, \"3\"") !=
        std::string::npos);

  const std::array<float, 2> negative{1, -1};
  const Tensor weights = tensor<float>("w", Datatype::f32, kTwo, negative);
  CHECK(refusal({.inputs = x, .targets = targets, .weights = &weights}, form)
            .find("weights: row 1") == 0);

  for (const std::string_view row :
       {"[1]", "{\"a\": [1]}", "{\"a\": 1e99}", "nonsense", "{\"a\": "}) {
    const std::array<std::string_view, 1> rows{row};
    const std::array json{
        Tensor{.name = "json", .datatype = Datatype::bytes, .shape = kOne, .texts = rows}};
    CHECK(refusal({.inputs = json}, form, false).find("json: row 0") == 0);
  }
  for (const std::string_view row : {"1 0:1", "| 0", "| 0:1x", "| 4294967296:1", "|  :1"}) {
    const std::array<std::string_view, 1> rows{row};
    const std::array text{
        Tensor{.name = "text", .datatype = Datatype::bytes, .shape = kOne, .texts = rows}};
    CHECK(refusal({.inputs = text}, form, false).find("text: row 0: column ") == 0);
  }
}

TEST_CASE("examples: a number as a class is called by its shortest text") {
  CHECK(class_text(1.0) == "1");
  CHECK(class_text(-1) == "-1");
  CHECK(class_text(0.5) == "0.5");
}

}  // namespace freshet
