#include "freshet/runtime/pending.h"

#include <doctest/doctest.h>

namespace freshet {
namespace {

using State = PendingTable::State;
constexpr int64_t kSecond = 1'000'000;

Pending entry(const std::string& id, Lsn lsn, int64_t time_us) {
  Pending made;
  made.id = id;
  made.lsn = lsn;
  made.time_us = time_us;
  made.request = 7;
  made.own = {0.25f};
  made.served = {0.5f, 0.5f};
  made.block = std::vector<std::byte>(40, std::byte{1});
  return made;
}

TEST_CASE("pending: an id is unknown, waiting, joined, and unknown again when its time is over") {
  PendingTable table({.ttl_us = 10 * kSecond, .max_bytes = 1 << 20});
  CHECK(table.find("a").state == State::unknown);
  table.add(entry("a", 1, 0));
  CHECK(table.find("a").state == State::waiting);
  CHECK(table.find("a").served == std::vector<float>{0.5f, 0.5f});
  CHECK(table.join("a").own == std::vector<float>{0.25f});
  CHECK(table.find("a").state == State::joined);
  CHECK(table.waiting() == 0);
  table.advance(10 * kSecond - 1);
  CHECK(table.find("a").state == State::joined);
  table.advance(10 * kSecond);
  CHECK(table.find("a").state == State::unknown);
}

TEST_CASE("pending: what is too old is dropped, and says so for as long again") {
  PendingTable table({.ttl_us = 10 * kSecond, .max_bytes = 1 << 20});
  table.add(entry("a", 1, 0));
  table.add(entry("b", 2, 5 * kSecond));
  table.advance(10 * kSecond);
  CHECK(table.find("a").state == State::dropped);
  CHECK(table.find("b").state == State::waiting);
  CHECK(table.expired() == 1);
  table.advance(20 * kSecond);
  CHECK(table.find("a").state == State::unknown);
}

TEST_CASE("pending: past the budget the oldest go, whatever comes: the size stays flat") {
  const uint64_t each = entry("x0000000", 1, 0).bytes();
  PendingTable table({.ttl_us = 1000 * kSecond, .max_bytes = 10 * each});
  for (Lsn lsn = 1; lsn <= 10'000; ++lsn) table.add(entry("x" + std::to_string(1'000'000 + lsn), lsn, 0));
  CHECK(table.waiting() <= 10);
  CHECK(table.waiting() >= 1);
  CHECK(table.find("x1010000").state == State::waiting);
  CHECK(table.evicted() >= 9990);
  CHECK(table.save().size() < 20 * each);
}

TEST_CASE("pending: saved and loaded it is the same, byte for byte") {
  PendingTable table({.ttl_us = 10 * kSecond, .max_bytes = 1 << 20});
  for (Lsn lsn = 1; lsn <= 5; ++lsn) table.add(entry("id" + std::to_string(lsn), lsn, static_cast<int64_t>(lsn) * kSecond));
  (void)table.join("id2");
  table.advance(11 * kSecond);
  PendingTable loaded({});
  REQUIRE(loaded.load(table.save()).ok());
  CHECK(loaded.save() == table.save());
  CHECK(loaded.find("id1").state == State::dropped);
  CHECK(loaded.find("id2").state == State::joined);
  CHECK(loaded.find("id3").request == 7);
  table.advance(13 * kSecond);
  loaded.advance(13 * kSecond);
  CHECK(loaded.save() == table.save());
}

TEST_CASE("pending: a deferred entry keeps its first cost until it is activated, also in a file") {
  PendingTable table({.ttl_us = 10 * kSecond, .max_bytes = 1 << 20});
  for (Lsn lsn = 1; lsn <= 3; ++lsn) {
    Pending made = entry("d" + std::to_string(lsn), lsn, 0);
    made.is_deferred = lsn < 3;
    table.add(std::move(made));
  }
  CHECK(table.find("d1").is_deferred);
  CHECK(!table.find("d3").is_deferred);
  CHECK(table.keep_cost("d1", -1));
  CHECK(!table.keep_cost("d1", 5));
  PendingTable loaded({});
  REQUIRE(loaded.load(table.save()).ok());
  CHECK(loaded.save() == table.save());
  for (PendingTable* each : {&table, &loaded}) {
    CHECK(each->activate("d1") == std::optional(-1.0f));
    CHECK(each->activate("d2") == std::nullopt);
    CHECK(!each->find("d1").is_deferred);
    CHECK(each->save()[0] == std::byte{1});  // no flags: as a version before them wrote it
  }
}

TEST_CASE("pending: damaged bytes are refused, and nothing is changed") {
  PendingTable table({.ttl_us = 10 * kSecond, .max_bytes = 1 << 20});
  table.add(entry("a", 1, 0));
  table.add(entry("b", 2, 0));
  (void)table.join("a");
  std::vector<std::byte> flagged = table.save();
  flagged[74] = std::byte{1};  // its flags, which version 1 hasn't got
  CHECK(PendingTable({}).load(flagged).code() == Code::corrupt);
  flagged[0] = std::byte{2};
  CHECK(PendingTable({}).load(flagged).ok());
  flagged[74] = std::byte{2};  // a cost without being deferred
  CHECK(PendingTable({}).load(flagged).code() == Code::corrupt);
  Pending deferred = entry("c", 3, 0);
  deferred.is_deferred = true;
  table.add(std::move(deferred));
  CHECK(table.keep_cost("c", 2));
  const std::vector<std::byte> good = table.save();
  PendingTable other({});
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    CHECK(!other.load(std::span(good).first(cut)).ok());
  std::vector<std::byte> longer = good;
  longer.push_back(std::byte{0});
  CHECK(other.load(longer).code() == Code::corrupt);
  std::vector<std::byte> later = good;
  later[0] = std::byte{3};
  CHECK(other.load(later).code() == Code::unsupported);
  for (std::size_t at = 0; at < good.size(); ++at) {  // any byte: loaded or refused, never a crash
    std::vector<std::byte> flipped = good;
    flipped[at] ^= std::byte{0xff};
    PendingTable fresh({});
    (void)fresh.load(flipped);
  }
  CHECK(other.waiting() == 0);
}

}  // namespace
}  // namespace freshet
