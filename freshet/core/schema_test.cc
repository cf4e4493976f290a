#include "freshet/core/schema.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace freshet;
using Kind = Schema::Kind;

namespace {
std::vector<std::byte> encoded(const Schema& schema) {
  std::vector<std::byte> bytes(schema.encoded_size());
  schema.encode(bytes);
  return bytes;
}
}  // namespace

TEST_CASE("schema: ids count up by first appearance, features, categories and classes apart") {
  Schema schema;
  CHECK(*schema.feature("age", Kind::numeric) == 0);
  CHECK(*schema.feature("town", Kind::nominal) == 1);
  CHECK(*schema.feature("age", Kind::numeric) == 0);
  CHECK(*schema.category(1, "Bern") == 0);
  CHECK(*schema.category(1, "Basel") == 1);
  CHECK(*schema.label_class("yes") == 0);
  CHECK(schema.name(1) == "town");
  CHECK(schema.category_name(1, 1) == "Basel");
  CHECK(schema.class_name(0) == "yes");
  CHECK(schema.find("town") == 1u);
  CHECK_FALSE(schema.find("Town").has_value());
  CHECK_FALSE(schema.find_category(0, "Bern").has_value());
  CHECK(schema.name(7).empty());
}

TEST_CASE(
    "schema: a name of another kind, a category of a number and a name too many are refused") {
  Schema schema(3);
  REQUIRE(schema.feature("age", Kind::numeric).ok());
  CHECK(schema.feature("age", Kind::nominal).status().code() == Code::invalid_argument);
  CHECK(schema.category(0, "x").status().code() == Code::invalid_argument);
  CHECK(schema.category(9, "x").status().code() == Code::invalid_argument);
  REQUIRE(schema.feature("b", Kind::numeric).ok());
  REQUIRE(schema.label_class("c").ok());
  CHECK(schema.label_class("d").status().code() == Code::exhausted);
  CHECK(schema.class_count() == 1);
}

TEST_CASE("schema: thousands of names keep their ids while the index grows") {
  Schema schema;
  for (uint32_t k = 0; k < 5000; ++k)
    REQUIRE(*schema.feature("f" + std::to_string(k), Kind::numeric) == k);
  for (uint32_t k = 0; k < 5000; ++k) {
    REQUIRE(schema.find("f" + std::to_string(k)) == k);
    REQUIRE(schema.name(k) == "f" + std::to_string(k));
  }
}

TEST_CASE("schema: decode gives back what encode wrote, and a clone is independent") {
  Schema schema;
  REQUIRE(schema.feature("x", Kind::numeric).ok());
  REQUIRE(schema.feature("colour", Kind::nominal).ok());
  REQUIRE(schema.category(1, "red").ok());
  REQUIRE(schema.label_class("no").ok());
  const auto bytes = encoded(schema);
  auto again = Schema::decode(bytes);
  REQUIRE(again.ok());
  CHECK(encoded(*again) == bytes);
  auto copy = schema.clone();
  REQUIRE(copy.ok());
  REQUIRE((*copy)->label_class("yes").ok());
  CHECK(schema.class_count() == 1);
}

TEST_CASE("schema: bytes cut anywhere are corrupt") {
  Schema schema;
  REQUIRE(schema.feature("colour", Kind::nominal).ok());
  REQUIRE(schema.category(0, "red").ok());
  REQUIRE(schema.label_class("no").ok());
  auto bytes = encoded(schema);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(Schema::decode(std::span(bytes).first(size)).status().code() == Code::corrupt);
  bytes.push_back(std::byte{0});
  CHECK(Schema::decode(bytes).status().code() == Code::corrupt);
}
