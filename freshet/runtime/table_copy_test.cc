#include "freshet/runtime/table_copy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "freshet/base/live.h"
#include "freshet/base/hash.h"

namespace freshet {
namespace {

constexpr std::size_t kFloats = 5 * Table::kChunkFloats + 100;  // the last chunk is short

void store(Table& table, std::size_t at, float value) {
  table.touch(at);
  live_store(table.data()[at], value);
}

Table filled() {
  Table table = *Table::make(kFloats);
  for (std::size_t k = 0; k < kFloats; k += 3)
    if (k / Table::kChunkFloats != 2) store(table, k, static_cast<float>(k));  // chunk 2 stays untouched
  return table;
}

}  // namespace

TEST_CASE("table copy: the tables of the moment it began, whatever is stored later") {
  Table live = filled(), other = filled();
  const std::vector<float> before(live.values().begin(), live.values().end());
  const std::array<Table*, 2> tables{&live, &other};
  TableCopy copy(tables);
  Table twin = *live.clone(), second = *other.clone();
  for (const float x : twin.values()) REQUIRE(x == 0);  // a watched table's clone is left to the copy
  const std::array<Table*, 2> twins{&twin, &second};
  REQUIRE(copy.into(twins).ok());
  for (std::size_t k = 0; k < kFloats; k += 7) store(live, k, -1);
  REQUIRE(copy.run().ok());
  for (std::size_t k = 0; k < kFloats; ++k) store(live, k, -2);
  copy.unwatch();
  CHECK(std::vector<float>(twin.values().begin(), twin.values().end()) == before);
  CHECK(std::vector<float>(second.values().begin(), second.values().end()) == before);
  CHECK(!twin.touched(2));
  CHECK(twin.touched(5));
}

TEST_CASE("table copy: tables of another number or size are refused") {
  Table live = filled(), small = *Table::make(10);
  Table* const one = &live;
  Table* const wrong = &small;
  TableCopy copy({&one, 1});
  CHECK(copy.into({}).code() == Code::unsupported);
  CHECK(copy.into({&wrong, 1}).code() == Code::unsupported);
}

TEST_CASE("races: a table is copied while its writer stores everywhere") {
  Table live = filled();
  for (int round = 0; round < 30; ++round) {
    const std::vector<float> before(live.values().begin(), live.values().end());
    Table* const one = &live;
    TableCopy copy({&one, 1});
    Table twin = *live.clone();
    Table* const to = &twin;
    REQUIRE(copy.into({&to, 1}).ok());
    std::atomic<bool> is_done{false};
    std::thread copier([&] {
      CHECK(copy.run().ok());
      is_done.store(true, std::memory_order_release);
    });
    uint64_t stored = 0;
    while (!is_done.load(std::memory_order_acquire) || stored < 1000) {
      const auto at =
          static_cast<std::size_t>(mix64(++stored * 31 + static_cast<uint64_t>(round)) % kFloats);
      if (at / Table::kChunkFloats != 2 || round > 20) store(live, at, static_cast<float>(stored));
    }
    copier.join();
    copy.unwatch();
    REQUIRE(std::equal(before.begin(), before.end(), twin.values().begin()));
  }
}

}  // namespace freshet
