#include "freshet/core/label_map.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE(
    "label map: a learner with one output registers its pair at the first label, negative first") {
  for (const char* first : {"1", "0", "-1", "1.0", "+1"}) {
    CAPTURE(first);
    Schema schema;
    REQUIRE(add_class(schema, first, true).ok());
    CHECK(schema.class_count() == 2);
    CHECK(*add_class(schema, "1", true) == 1);
    CHECK(*add_class(schema, "0", true) == 0);
    CHECK(*add_class(schema, "-1", true) == 0);
    CHECK(schema.class_count() == 2);
    CHECK(positive_class(schema) == 1);
  }
}

TEST_CASE("label map: false and true are a pair too; other words are taken in order") {
  Schema yes, other;
  CHECK(*add_class(yes, "true", true) == 1);
  CHECK(yes.class_name(0) == "false");
  CHECK(*add_class(other, "up", true) == 0);
  CHECK(*add_class(other, "down", true) == 1);
  CHECK(positive_class(other) == 1);
}

TEST_CASE("label map: with many classes ids follow first appearance and -1 is a class of its own") {
  Schema schema;
  CHECK(*add_class(schema, "1", false) == 0);
  CHECK(*add_class(schema, "-1", false) == 1);
  CHECK(*add_class(schema, "0", false) == 2);
  CHECK(*add_class(schema, "1.00", false) == 0);
  CHECK(positive_class(schema) == 0);
}

TEST_CASE("label map: numbers are one class however they are written, words only as written") {
  Schema schema;
  CHECK(*add_class(schema, "2.50", false) == 0);
  CHECK(*find_class(schema, "+2.5") == 0);
  CHECK(*find_class(schema, "25e-1") == 0);
  CHECK(!find_class(schema, "2.5x"));
  CHECK(*add_class(schema, "Yes", false) == 1);
  CHECK(!find_class(schema, "yes"));
  CHECK(schema.class_count() == 2);
}

}  // namespace freshet
