#include "freshet/learn/linear/row_columns.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/learn/linear/ftrl.h"
#include "freshet/learn/linear/vw.h"
#include "tests/support/memory.h"

namespace freshet {
namespace {

constexpr RowColumn kTwo[] = {{"w", 0}, {"G", 1, 3}};

/// 100 rows of two numbers; rows 0, `step`, 2 `step` ... are in use.
Table table(std::size_t step) {
  auto made = Table::make(200);
  REQUIRE(made.ok());
  for (std::size_t row = 0; row < 100; row++) {
    made->touch(2 * row);
    made->data()[2 * row + 1] = 3;
    if (row % step == 0) made->data()[2 * row] = static_cast<float>(row) + 1;
  }
  return std::move(*made);
}

Table fresh() {
  auto made = Table::make(200);
  REQUIRE(made.ok());
  for (std::size_t row = 0; row < 100; row++)
    made->data()[2 * row + 1] = 3;
  return std::move(*made);
}

}  // namespace

TEST_CASE(
    "row columns: few rows are named, many are whole; both come back, the weights alone too") {
  for (const std::size_t step : {std::size_t{40}, std::size_t{2}}) {
    const Table from = table(step);
    Memory memory;
    REQUIRE(save_rows(memory, from, 2, kTwo).ok());
    CHECK(memory.all.contains("rows") == (step == 40));
    Table to = fresh();
    REQUIRE(load_rows(memory, to, 2, kTwo, "wrong").ok());
    CHECK(std::vector<float>(to.values().begin(), to.values().end()) ==
          std::vector<float>(from.values().begin(), from.values().end()));
    Table own;
    auto column = load_column(memory, kTwo[0], 100, own, nullptr, "wrong");
    REQUIRE(column.ok());
    CHECK(own.empty() == (step == 2));
    for (std::size_t row = 0; row < 100; row++)
      CHECK((*column)[row] == from.data()[2 * row]);
  }
}

TEST_CASE(
    "row columns: a row across two chunks is marked in both, whichever of its numbers is not 0") {
  constexpr std::size_t kStride = 3, kAcross = Table::kChunkFloats / kStride;
  constexpr RowColumn kThree[] = {{"w", 2}, {"z", 0}, {"n", 1}};
  for (std::size_t cell = 0; cell < kStride; cell++) {
    auto from = Table::make(kStride * Table::kChunkFloats);
    auto to = Table::make(kStride * Table::kChunkFloats);
    REQUIRE(from.ok());
    REQUIRE(to.ok());
    const std::size_t at = kAcross * kStride + cell;
    from->touch(at);
    from->data()[at] = 1;
    Memory memory;
    REQUIRE(save_rows(memory, *from, kStride, kThree).ok());
    REQUIRE(load_rows(memory, *to, kStride, kThree, "wrong").ok());
    CHECK(to->data()[at] == 1);
    CHECK(to->touched(0));
    CHECK(to->touched(1));
  }
}

TEST_CASE(
    "row columns: rows out of order or range, other sizes, weights that aren't finite are "
    "corrupt") {
  const auto loads = [](std::vector<uint32_t> rows, std::vector<float> w, std::vector<float> g) {
    Memory memory;
    REQUIRE(put_array<uint32_t>(memory, "rows", rows).ok());
    REQUIRE(put_array<float>(memory, "w", w).ok());
    REQUIRE(put_array<float>(memory, "G", g).ok());
    Table to = fresh(), own;
    const Code code = load_rows(memory, to, 2, kTwo, "wrong").code();
    const bool column = load_column(memory, kTwo[0], 100, own, nullptr, "wrong").ok();
    if (w.size() == rows.size() && g.size() == w.size()) CHECK(column == (code == Code::ok));
    return code;
  };
  CHECK(loads({3, 99}, {1, 2}, {4, 5}) == Code::ok);
  CHECK(loads({3, 100}, {1, 2}, {4, 5}) == Code::corrupt);
  CHECK(loads({3, 3}, {1, 2}, {4, 5}) == Code::corrupt);
  CHECK(loads({4, 3}, {1, 2}, {4, 5}) == Code::corrupt);
  CHECK(loads({3}, {1, 2}, {4, 5}) == Code::corrupt);
  CHECK(loads({3, 4}, {1, 2}, {4}) == Code::corrupt);
  CHECK(loads({3, 4}, {1, std::numeric_limits<float>::quiet_NaN()}, {4, 5}) == Code::corrupt);
}

TEST_CASE(
    "vw, ftrl: opened to predict only they predict the same and refuse to learn, save, merge") {
  const auto check = [](Learner& from, Learner& to, Learner& other) {
    const float x[] = {1, 2, -1}, y = 1;
    for (int k = 0; k < 20; k++)
      REQUIRE(from.learn({.dense = x, .label = {&y, 1}}, {}).ok());
    Memory memory;
    REQUIRE(from.save(memory).ok());
    memory.stay = true;
    REQUIRE(to.load(memory).ok());
    float a = -1, b = -2;
    from.predict({.dense = x}, {&a, 1});
    to.predict({.dense = x}, {&b, 1});
    CHECK(a == b);
    CHECK(a != 0);
    CHECK(to.learn({.dense = x, .label = {&y, 1}}, {}).code() == Code::unsupported);
    CHECK(to.save(memory).code() == Code::unsupported);
    CHECK(other.merge(to).code() == Code::unsupported);
    CHECK((to.traits() & kLive) == 0);
    auto clone = to.clone();
    REQUIRE(clone.ok());
    (*clone)->predict({.dense = x}, {&b, 1});
    CHECK(a == b);
  };
  for (const uint32_t bits : {3u, 12u}) {
    check(**Vw::make({.bits = bits}), **Vw::make({.bits = bits}), **Vw::make({.bits = bits}));
    check(**Ftrl::make({.bits = bits}), **Ftrl::make({.bits = bits}), **Ftrl::make({.bits = bits}));
  }
}

}  // namespace freshet
