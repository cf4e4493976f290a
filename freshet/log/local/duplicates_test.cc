#include "freshet/log/local/duplicates.h"

#include <deque>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"

namespace freshet {
namespace {

DedupId id_of(uint64_t number) {
  DedupId id;
  put_u64(id.data(), number);
  put_u64(id.data() + 8, 0);
  return id;
}

void note_id(Duplicates& table, Lsn lsn, uint64_t number, int64_t time_us = 0) {
  const auto body = PayloadBuilder().dedup(id_of(number)).take();
  table.note(lsn, time_us, *Payload::parse(body));
}

void note_rows(Duplicates& table, Lsn lsn, uint64_t first, uint64_t last) {
  const auto body =
      PayloadBuilder().source({.name = "s", .partition = 0, .first = first, .last = last}).take();
  table.note(lsn, 0, *Payload::parse(body));
}

TEST_CASE("duplicates: the window forgets the oldest; a day forgets too") {
  Duplicates table(3);
  for (Lsn lsn = 1; lsn <= 4; lsn++)
    note_id(table, lsn, 100 + lsn);
  CHECK(table.find(id_of(101), 0) == 0);
  CHECK(table.find(id_of(102), 0) == 2);
  CHECK(table.find(id_of(104), Duplicates::kMaxAgeUs) == 4);
  CHECK(table.find(id_of(104), Duplicates::kMaxAgeUs + 1) == 0);
  note_id(table, 5, 105, Duplicates::kMaxAgeUs + 1);
  CHECK(table.ids() == 1);
}

TEST_CASE("duplicates: against a plain list, over thousands of random notes and forgets") {
  Duplicates table(100);
  std::deque<std::pair<uint64_t, Lsn>> plain;
  Lsn lsn = 0;
  for (uint64_t step = 0; step < 20000; step++) {
    const uint64_t number = mix64(step) % 400;
    Lsn expected = 0;
    for (const auto& [had, at] : plain) {
      if (had == number) expected = at;
    }
    REQUIRE(table.find(id_of(number), 0) == expected);
    if (expected == 0) {
      note_id(table, ++lsn, number);
      plain.emplace_back(number, lsn);
      if (plain.size() > 100) plain.pop_front();
    }
    if (step % 97 == 0 && lsn > 3) {
      table.forget(lsn - 2);
      while (!plain.empty() && plain.back().second >= lsn - 2)
        plain.pop_back();
      lsn -= 3;
    }
    REQUIRE(table.ids() == plain.size());
  }
}

TEST_CASE(
    "duplicates: saved at an LSN it has what was known then, and noting on gives the same again") {
  Duplicates table(8);
  for (Lsn lsn = 1; lsn <= 5; lsn++)
    note_id(table, lsn, lsn);
  note_rows(table, 6, 0, 9);
  note_rows(table, 7, 10, 19);
  const auto at_6 = table.save(6), at_7 = table.save(7);
  Duplicates again(8);
  REQUIRE(again.load(at_6).ok());
  CHECK(again.mark("s", 0) == 10);
  CHECK(again.save(6) == at_6);
  note_rows(again, 6, 0, 9);
  note_rows(again, 7, 10, 19);
  note_id(again, 3, 3);
  CHECK(again.save(7) == at_7);
}

TEST_CASE("duplicates: marks below what is applied go, the last of them stays") {
  Duplicates table;
  for (Lsn lsn = 1; lsn <= 10; lsn++) {
    note_rows(table, lsn, lsn, lsn);
    table.applied(lsn > 2 ? lsn - 2 : 0);
  }
  Duplicates again;
  REQUIRE(again.load(table.save(8)).ok());
  CHECK(again.mark("s", 0) == 9);
  table.forget(10);
  CHECK(table.mark("s", 0) == 10);
}

TEST_CASE("duplicates: a damaged chunk is refused, cut anywhere") {
  Duplicates table(8);
  for (Lsn lsn = 1; lsn <= 3; lsn++)
    note_id(table, lsn, lsn);
  note_rows(table, 4, 0, 9);
  const auto good = table.save(4);
  for (std::size_t size = 0; size < good.size(); size++) {
    Duplicates cut(8);
    CHECK(cut.load(std::span(good).first(size)).code() == Code::corrupt);
  }
  auto later = good;
  later[0] = std::byte{2};
  Duplicates other(8);
  CHECK(other.load(later).code() == Code::unsupported);
}

}  // namespace
}  // namespace freshet
