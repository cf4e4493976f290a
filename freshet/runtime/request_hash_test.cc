#include "freshet/runtime/request_hash.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

namespace freshet {
namespace {

using NameKind = ExampleBlock::NameKind;

// {"age": 3, "town": "Bern"} as its first sender wrote it.
ExampleBlock by_name(float age = 3, const char* town = "Bern") {
  ExampleBlock block;
  block.names = {{NameKind::numeric, 0, "age"}, {NameKind::nominal, 0, "town"}, {NameKind::category, 1, town}};
  block.own_names = true;
  block.begin();
  block.add_numeric(0, age);
  block.add_nominal(1, 2);
  block.finish();
  return block;
}

TEST_CASE("request_hash: a row is the same by its own names and by the model's numbers, dense or not") {
  Schema schema;
  REQUIRE(schema.feature("town", Schema::Kind::nominal).ok());
  REQUIRE(schema.category(0, "Rome").ok());
  REQUIRE(schema.category(0, "Bern").ok());
  REQUIRE(schema.feature("age", Schema::Kind::numeric).ok());
  ExampleBlock by_number;
  by_number.begin();
  by_number.add_numeric(1, 3);
  by_number.add_nominal(0, 1);
  by_number.finish();
  CHECK(request_hash(by_number, 0, schema) == request_hash(by_name(), 0, Schema()));

  Schema columns;
  REQUIRE(columns.feature("0", Schema::Kind::numeric).ok());
  ExampleBlock dense;
  dense.begin();
  dense.add_dense(1)[0] = 7;
  dense.finish();
  ExampleBlock sparse;
  sparse.begin();
  sparse.add_numeric(0, 7);
  sparse.finish();
  CHECK(request_hash(dense, 0, columns) == request_hash(sparse, 0, Schema()));
}

TEST_CASE("request_hash: another value, another category, another name are another request") {
  const uint64_t first = request_hash(by_name(), 0, Schema());
  CHECK(request_hash(by_name(4), 0, Schema()) != first);
  CHECK(request_hash(by_name(3, "Rome"), 0, Schema()) != first);
  ExampleBlock renamed = by_name();
  renamed.names[0].text = "height";
  CHECK(request_hash(renamed, 0, Schema()) != first);
}

}  // namespace
}  // namespace freshet
