#include "freshet/learn/demo/counting.h"

#include <doctest/doctest.h>

namespace freshet {
namespace {

Status teach(Counting& model, uint32_t key, uint32_t id) {
  return model.learn({.nominal = {{&key, 1}, {&id, 1}}}, {});
}

}  // namespace

TEST_CASE("counting: count, sum and exclusive or by key") {
  Counting model;
  REQUIRE(teach(model, 5, 1).ok());
  REQUIRE(teach(model, 5, 2).ok());
  REQUIRE(teach(model, 9, 1).ok());
  CHECK(model.tally(5) == Counting::Tally{2, mix64(1) + mix64(2), mix64(1) ^ mix64(2)});
  CHECK(model.tally(9).count == 1);
  CHECK(model.tally(7) == Counting::Tally{});
  CHECK(model.total().count == 3);
}

TEST_CASE("counting: one lost or doubled id shows, the order doesn't") {
  Counting forward, backward, doubled;
  for (uint32_t id = 0; id < 100; id++) {
    REQUIRE(teach(forward, 1, id).ok());
    REQUIRE(teach(backward, 1, 99 - id).ok());
    REQUIRE(teach(doubled, 1, id == 50 ? 51 : id).ok());
  }
  CHECK(forward.tally(1) == backward.tally(1));
  CHECK(!(forward.tally(1) == doubled.tally(1)));
}

TEST_CASE("counting: anything but one pair is refused") {
  Counting model;
  const uint32_t two[] = {1, 2};
  CHECK(model.learn({}, {}).code() == Code::invalid_argument);
  CHECK(model.learn({.nominal = {two, two}}, {}).code() == Code::invalid_argument);
  CHECK(model.total().count == 0);
}

}  // namespace freshet
