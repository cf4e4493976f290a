#include "freshet/core/table.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/memory.h"

namespace freshet {
namespace {

Table table(std::size_t size) {
  auto made = Table::make(size);
  REQUIRE(made.ok());
  return std::move(*made);
}

void set(Table& t, std::size_t at, float value) {
  t.touch(at);
  t.data()[at] = value;
}

}  // namespace

TEST_CASE("table: begins as zeros without memory, and counts the chunks touched") {
  Table t = table(std::size_t{1} << 28);  // 1 GiB
  CHECK(t.chunk_count() == 1u << 14);
  CHECK(t.bytes() == sizeof(uint32_t) << 14);
  CHECK(t.data()[12345678] == 0);
  set(t, 12345678, 1);
  CHECK(t.touched(12345678 >> Table::kChunkBits));
  CHECK(t.bytes() == (sizeof(uint32_t) << 14) + Table::kChunkFloats * sizeof(float));
}

TEST_CASE("table: what fits a limit is told before anything is made") {
  CHECK(Table::fit(1024, 4096));
  CHECK(!Table::fit(1025, 4096));
  CHECK(!Table::fit(1024, 4096, 2));
  CHECK(Table::fit(512, 4096, 2));
  CHECK(Table::fit(uint64_t{1} << 20, 0));  // no limit
  CHECK(!Table::fit(UINT64_MAX, 0));
  CHECK(!Table::fit(UINT64_MAX / 8, UINT64_MAX, 3));  // bytes that wrap around fit nothing
}

TEST_CASE("table: more than the machine has is exhausted, not a crash") {
  CHECK(Table::make(SIZE_MAX / 8).status().code() == Code::exhausted);
  CHECK(Table::make(SIZE_MAX).status().code() == Code::exhausted);
}

TEST_CASE(
    "table: a watcher hears of the first store into each chunk, before it, once a generation") {
  struct Seen {
    Table* table;
    std::vector<uint32_t> chunks;
    std::vector<float> values;
  };
  Table t = table(3 * Table::kChunkFloats - 5);
  set(t, 7, 1);
  Seen seen{&t, {}, {}};
  const auto hook = [](void* self, uint32_t chunk) noexcept {
    auto& s = *static_cast<Seen*>(self);
    s.chunks.push_back(chunk);
    s.values.push_back(s.table->chunk(chunk)[7]);
  };
  t.watch(hook, &seen);
  set(t, 7, 2);
  set(t, 7, 3);
  set(t, 2 * Table::kChunkFloats + 7, 4);
  CHECK(seen.chunks == std::vector<uint32_t>{0, 2});
  CHECK(seen.values == std::vector<float>{1, 0});  // what was there before
  t.watch(hook, &seen);
  set(t, 7, 5);
  CHECK(seen.chunks.size() == 3);
  t.watch(nullptr, nullptr);
  set(t, 7, 6);
  CHECK(seen.chunks.size() == 3);
  CHECK(t.chunk(2).size() == Table::kChunkFloats - 5);
}

TEST_CASE("table: few numbers are saved by row, many whole; both come back to the bit") {
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}}) {
    Table t = table(20'000);
    for (std::size_t k = 0; k < t.size(); k += step)
      set(t, k, static_cast<float>(k) - 10'000);
    set(t, 3, -0.0f);
    Memory memory;
    REQUIRE(t.save(memory, "w").ok());
    CHECK(memory.all.contains("w/rows") == (step == 1000));
    Table back = table(20'000);
    REQUIRE(back.load(memory, "w").ok());
    for (std::size_t k = 0; k < t.size(); k++)
      CHECK(std::as_bytes(std::span(t.data() + k, 1))[3] ==
            std::as_bytes(std::span(back.data() + k, 1))[3]);
    CHECK(std::vector<float>(back.values().begin(), back.values().end()) ==
          std::vector<float>(t.values().begin(), t.values().end()));
  }
}

TEST_CASE("table: rows out of order or range, or another size, are corrupt") {
  const float values[] = {1, 2};
  const auto load = [&](std::vector<uint64_t> rows) {
    Memory memory;
    REQUIRE(put_array<float>(memory, "w", values).ok());
    REQUIRE(put_array<uint64_t>(memory, "w/rows", rows).ok());
    Table t = table(100);
    return t.load(memory, "w").code();
  };
  CHECK(load({3, 99}) == Code::ok);
  CHECK(load({3, 100}) == Code::corrupt);
  CHECK(load({5, 5}) == Code::corrupt);
  CHECK(load({5, 4}) == Code::corrupt);
  CHECK(load({5}) == Code::corrupt);
  Memory memory;
  REQUIRE(put_array<float>(memory, "w", values).ok());
  Table t = table(3);
  CHECK(t.load(memory, "w").code() == Code::corrupt);
}

TEST_CASE("table: its memory comes from where it is told, clones included, and goes back there") {
  static int taken = 0, given = 0;
  static const TableMemory counted{[](std::size_t bytes) noexcept {
                                     taken++;
                                     return kHeapTables.take(bytes);
                                   },
                                   [](void* range, std::size_t bytes) noexcept {
                                     given++;
                                     kHeapTables.give(range, bytes);
                                   },
                                   []() noexcept { return std::size_t{4000}; }};
  {
    auto made = Table::make(1000, &counted);
    REQUIRE(made.ok());
    CHECK(made->expect_whole().ok());
    auto copy = made->clone();
    REQUIRE(copy.ok());
    CHECK(taken == 2);
    auto large = Table::make(1001, &counted);
    REQUIRE(large.ok());
    CHECK(large->expect_whole().code() == Code::exhausted);
    Memory memory;
    REQUIRE(put_array<float>(memory, "w", std::vector<float>(1001, 1)).ok());
    CHECK(large->load(memory, "w").code() == Code::exhausted);
  }
  CHECK(given == 3);
}

TEST_CASE("table: a clone has the numbers, and only the chunks that were touched") {
  Table t = table(std::size_t{1} << 24);
  set(t, 5'000'000, 7);
  auto copy = t.clone();
  REQUIRE(copy.ok());
  CHECK(copy->data()[5'000'000] == 7);
  CHECK(copy->bytes() == t.bytes());
  set(t, 5'000'000, 8);
  CHECK(copy->data()[5'000'000] == 7);
}

}  // namespace freshet
