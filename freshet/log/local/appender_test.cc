#include "freshet/log/local/appender.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/log/local/fault.h"
#include "freshet/log/local/test_folder.h"
#include "tests/support/soon.h"

namespace freshet {
namespace {

using testing::soon;

std::unique_ptr<Appender> open_appender(LogThreads& threads, const TestFolder& folder,
                                        AppenderOptions options = {}) {
  auto lock = WriterLock::acquire(folder.path());
  REQUIRE_MESSAGE(lock.ok(), lock.status().text());
  auto appender = Appender::open(threads, *std::move(lock), std::move(options));
  REQUIRE_MESSAGE(appender.ok(), appender.status().text());
  return *std::move(appender);
}

AppendRequest request(std::string_view text) {
  return {.kind = EventKind::example,
          .examples = 1,
          .body = PayloadBuilder().text(Tag::json, text).take(),
          .done = {},
          .rider = {}};
}

std::string text_of(const Event& event) {
  const auto payload = Payload::parse(event.body);
  REQUIRE(payload.ok());
  return std::string(payload->text(Tag::json));
}

TEST_CASE("appender: an event is answered, shown with its rider, and durable when it says so") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder);
  auto tail = appender->tail(1, Tail::Role::gate);
  auto ride = request("one");
  ride.rider = std::make_shared<int>(42);
  const auto one = appender->append(std::move(ride));
  REQUIRE(one.ok());
  CHECK(one->lsn == 1);
  CHECK(one->time_us > 0);
  CHECK_FALSE(one->duplicate);
  const auto batch = tail->next(1'000'000);
  REQUIRE(batch.ok());
  REQUIRE(batch->size() == 1);
  CHECK(text_of((*batch)[0].event) == "one");
  CHECK(*static_cast<int*>((*batch)[0].rider.get()) == 42);
  CHECK(appender->sync(1).ok());
  CHECK(appender->durable() >= 1);
  tail.reset();
  CHECK(appender->close().ok());
}

DedupId id_of(uint8_t number) {
  DedupId id{};
  id[3] = std::byte{number};
  return id;
}

AppendRequest with_id(uint8_t number, std::string_view text = "row") {
  return {.kind = EventKind::example,
          .examples = 1,
          .body = PayloadBuilder().text(Tag::json, text).dedup(id_of(number)).take()};
}

AppendRequest rows(uint64_t first, uint64_t last) {
  return {.kind = EventKind::example,
          .examples = 1,
          .body = PayloadBuilder()
                      .source({.name = "shuttle", .partition = 0, .first = first, .last = last})
                      .take()};
}

// What the tail shows until it has shown `count` events; and whatever else came with the last of them.
std::vector<std::pair<Lsn, std::string>> take(Tail& tail, std::size_t count) {
  std::vector<std::pair<Lsn, std::string>> all;
  while (all.size() < count) {
    const auto batch = tail.next(10'000'000);
    REQUIRE_MESSAGE(batch.ok(), batch.status().text());
    REQUIRE_FALSE(batch->empty());
    for (const TailEvent& shown : *batch)
      all.emplace_back(shown.event.lsn, text_of(shown.event));
  }
  return all;
}

TEST_CASE("appender: done is called before any tail shows the event") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder);
  auto tail = appender->tail(1, Tail::Role::gate);
  std::atomic<Lsn> done{0}, shown{0};
  std::thread reader([&] {
    while (shown < 1000) {
      const auto batch = tail->next(1'000'000);
      if (!batch.ok() || batch->empty()) return;
      CHECK(done >= batch->back().event.lsn);
      CHECK(batch->front().event.lsn == shown + 1);
      shown = batch->back().event.lsn;
    }
  });
  for (int i = 0; i < 1000; i++) {
    auto one = request("row");
    one.done = [&](const Status& status, const Appended& appended) {
      CHECK(status.ok());
      CHECK(appended.lsn == done + 1);
      done = appended.lsn;
    };
    CHECK(appender->submit(std::move(one)).ok());
  }
  reader.join();
  CHECK(shown == 1000);
}

TEST_CASE(
    "appender: a body that isn't sections is refused before it is queued, and left to the caller") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder);
  AppendRequest bad = request("row");
  bad.body.resize(bad.body.size() - 1);
  CHECK(appender->submit(std::move(bad)).code() == Code::corrupt);
  CHECK_FALSE(bad.body.empty());
  CHECK(appender->end() == 0);
}

TEST_CASE(
    "appender: an id that was appended is a duplicate, in the same group, after a restart, after a "
    "checkpoint") {
  const TestFolder folder;
  LogThreads threads;
  std::vector<std::byte> dupl;
  {
    auto appender = open_appender(threads, folder);
    CHECK(appender->append(with_id(1))->lsn == 1);
    const auto again = appender->append(with_id(1));
    REQUIRE(again.ok());
    CHECK(again->lsn == 1);
    CHECK(again->duplicate);
    std::atomic<int> answered{0};
    for (int i = 0; i < 8; i++) {  // most of these wait in one group
      auto same = with_id(2);
      same.done = [&](const Status& status, const Appended& appended) {
        CHECK(status.ok());
        CHECK(appended.lsn == 2);
        answered++;
      };
      CHECK(appender->submit(std::move(same)).ok());
    }
    CHECK(soon([&] { return answered == 8; }));
    CHECK(appender->end() == 2);
    dupl = appender->duplicates(1);
  }
  {
    auto appender = open_appender(threads, folder);
    CHECK(appender->append(with_id(2))->lsn == 2);
    CHECK(appender->append(with_id(1))->duplicate);
  }
  auto appender =
      open_appender(threads, folder, {.log = {.checkpoint_lsn = 1}, .duplicates = dupl});
  CHECK(appender->append(with_id(1))->lsn == 1);
  CHECK(appender->append(with_id(2))->lsn == 2);
  CHECK_FALSE(appender->append(with_id(3))->duplicate);
  CHECK(appender->stats().duplicates == 2);
}

TEST_CASE(
    "appender: rows of a source follow one another; what was sent is a duplicate, a gap or overlap "
    "a conflict") {
  const TestFolder folder;
  LogThreads threads;
  {
    auto appender = open_appender(threads, folder);
    CHECK_FALSE(appender->source_mark("shuttle", 0));
    CHECK(appender->append(rows(0, 9))->lsn == 1);
    CHECK(appender->append(rows(10, 19))->lsn == 2);
    CHECK(appender->append(rows(5, 9))->duplicate);
    CHECK(appender->append(rows(5, 9))->lsn == 1);
    const auto gap = appender->append(rows(30, 39));
    CHECK(gap.status().code() == Code::conflict);
    CHECK(gap.status().text().find("send from 20 on") != std::string_view::npos);
    CHECK(appender->append(rows(15, 25)).status().code() == Code::conflict);
    CHECK(appender->source_mark("shuttle", 0) == 20);
  }
  auto appender = open_appender(threads, folder);
  CHECK(appender->source_mark("shuttle", 0) == 20);
  CHECK(appender->append(rows(20, 20))->lsn == 4);  // after the tick of closing
}

TEST_CASE(
    "appender: the doors are held back while the gate has much to take, and let on when it has "
    "taken it") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.max_backlog = 4096});
  auto gate = appender->tail(1, Tail::Role::gate);
  const std::string row(1000, 'x');
  Status status;
  uint64_t sent = 0;
  while (sent < 100 && (status = appender->submit(request(row))).ok())
    sent++;
  CHECK(status.code() == Code::exhausted);
  CHECK(sent == 3);  // of 1,064 bytes each
  CHECK(soon([&] { return appender->end() == 3; }));
  CHECK(appender->submit(request(row)).code() == Code::exhausted);
  CHECK(take(*gate, 3).size() == 3);
  CHECK(gate->next(0)->empty());  // says that they are applied
  CHECK(appender->submit(request(row)).ok());
  CHECK(appender->stats().rejected == 2);
}

TEST_CASE(
    "tail: a follower holds nobody back; what it has let slip it reads from the files, and catches "
    "up") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.max_backlog = 8192});
  auto gate = appender->tail(1, Tail::Role::gate);
  auto follower = appender->tail(1, Tail::Role::follower);
  for (int i = 1; i <= 200; i++) {
    REQUIRE(appender->append(request(std::to_string(i) + std::string(500, ' '))).ok());
    CHECK(take(*gate, 1).size() == 1);
  }
  const auto all = take(*follower, 200);
  REQUIRE(all.size() == 200);
  for (std::size_t i = 0; i < all.size(); i++) {
    CHECK(all[i].first == i + 1);
    CHECK(std::stoi(all[i].second) == static_cast<int>(i + 1));
  }
  auto late = appender->tail(100, Tail::Role::follower);
  CHECK(take(*late, 101).size() == 101);
}

TEST_CASE("tail: after a restart it replays the files, then goes on with what is appended") {
  const TestFolder folder;
  LogThreads threads;
  {
    auto appender = open_appender(threads, folder);
    for (int i = 1; i <= 5; i++)
      REQUIRE(appender->append(request(std::to_string(i))).ok());
  }
  auto appender = open_appender(threads, folder);
  CHECK(appender->end() == 6);  // closing left a tick
  auto tail = appender->tail(4, Tail::Role::gate);
  REQUIRE(appender->append(request("7")).ok());
  const auto all = take(*tail, 4);
  REQUIRE(all.size() == 4);
  CHECK(all.front() == std::pair<Lsn, std::string>(4, "4"));
  CHECK(all.back() == std::pair<Lsn, std::string>(7, "7"));
}

TEST_CASE("tail: waiting ends with the time, with wake(), and with the log") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.ticks = false});
  auto tail = appender->tail(1, Tail::Role::gate);
  CHECK(tail->next(0)->empty());
  CHECK(tail->next(1000)->empty());
  tail->wake();
  CHECK(tail->next(60'000'000)->empty());
  std::thread waker([&] { tail->wake(); });
  CHECK(tail->next(60'000'000)->empty());
  waker.join();
  REQUIRE(appender->append(request("last")).ok());
  CHECK(appender->close().ok());
  CHECK_FALSE(tail->closed());
  CHECK(take(*tail, 1).size() == 1);
  CHECK(tail->closed());
  CHECK(tail->next(60'000'000)->empty());
}

TEST_CASE(
    "appender: an idle log is synced, then one tick carries that in the log, then it is quiet") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.idle_sync_us = 2000});
  REQUIRE(appender->append(request("row")).ok());
  CHECK(soon([&] { return appender->end() == 2 && appender->durable() == 2; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(appender->end() == 2);
  auto tail = appender->tail(1, Tail::Role::gate);
  const auto batch = tail->next(0);
  REQUIRE(batch.ok());
  REQUIRE(batch->size() == 2);
  CHECK((*batch)[1].event.kind == EventKind::tick);
}

TEST_CASE(
    "appender: a tick asked for makes time pass; before a sync it is followed by one that says "
    "so") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.idle_sync_us = 20'000});
  REQUIRE(appender->append(request("row")).ok());
  appender->tick();
  CHECK(soon([&] { return appender->end() >= 2; }));
  CHECK(soon([&] { return appender->end() == 3 && appender->durable() == 3; }));
  appender->tick();  // all is durable now: this one says it
  CHECK(soon([&] { return appender->end() == 4 && appender->durable() == 4; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  CHECK(appender->end() == 4);
  REQUIRE(appender->close().ok());
  appender->tick();  // too late: nothing happens
  CHECK(appender->end() == 4);
}

TEST_CASE(
    "appender: closing appends what is queued, syncs it, says so in the log, and answers "
    "everybody") {
  const TestFolder folder;
  LogThreads threads;
  std::atomic<int> appended{0};
  {
    auto appender = open_appender(threads, folder);
    for (int i = 0; i < 100; i++) {
      auto one = request("row");
      one.done = [&](const Status& status, const Appended&) { appended += status.ok() ? 1 : 0; };
      REQUIRE(appender->submit(std::move(one)).ok());
    }
    CHECK(appender->close().ok());
    CHECK(appended == 100);
    CHECK(appender->durable() == 101);
    CHECK(appender->submit(request("late")).code() == Code::unavailable);
    CHECK(appender->state().text() == "log: closed");
    CHECK(appender->sync(101).ok());
  }
  auto log = LocalLog::open_read_only(folder.path());
  REQUIRE(log.ok());
  CHECK((*log)->recovery().synced == 100);
}

TEST_CASE("appender: the keeper of remembered ids refuses, finds duplicates, or lets pass") {
  const TestFolder folder;
  LogThreads threads;
  AppenderOptions options;
  options.admit = [](const AppendRequest& asked, Lsn next) -> Result<std::optional<Appended>> {
    if (asked.kind == EventKind::remember && next == 1)
      return Status(Code::conflict, "log: id is taken");
    if (asked.kind == EventKind::remember)
      return std::optional(Appended{.lsn = 1, .time_us = 0, .duplicate = true});
    return std::optional<Appended>();
  };
  auto appender = open_appender(threads, folder, std::move(options));
  auto remember = request("row");
  remember.kind = EventKind::remember;
  CHECK(appender->append(remember).status().code() == Code::conflict);
  CHECK(appender->append(request("row"))->lsn == 1);
  CHECK(appender->append(remember)->duplicate);
  CHECK(appender->end() == 1);
}

TEST_CASE(
    "appender: a failed fsync is final; waiters hear of it, what was appended can still be read") {
  const TestFolder folder;
  LogThreads threads;
  std::atomic<int> changes{0};
  AppenderOptions options;
  options.state_changed = [&](const Status& status) { changes += status.ok() ? 0 : 1; };
  auto appender = open_appender(threads, folder, std::move(options));
  REQUIRE(appender->append(request("row")).ok());
  faults().fail_sync = EIO;
  const Status status = appender->sync(1);
  faults().fail_sync = 0;
  CHECK(status.code() == Code::unavailable);
  CHECK(status.text().find("log: log_failed: file: cannot sync: Input/output error") !=
        std::string_view::npos);
  CHECK_FALSE(appender->sync(1).ok());  // it never recovers
  CHECK(appender->submit(request("later")).text() == appender->state().text());
  CHECK(appender->durable() == 0);
  CHECK(changes == 1);
  auto tail = appender->tail(1, Tail::Role::gate);
  CHECK(take(*tail, 1).size() == 1);
  CHECK_FALSE(appender->close().ok());
}

TEST_CASE(
    "appender: a full disk refuses, keeps what it had, and recovers by itself at the same place") {
  const TestFolder folder;
  LogThreads threads;
  AppenderOptions options;
  std::atomic<int> asked_for_room{0};
  options.log = {.first_segment_bytes = 1024, .max_segment_bytes = 1024};
  options.retry_us = 2000;
  options.make_room = [&] { asked_for_room++; };
  auto appender = open_appender(threads, folder, std::move(options));
  REQUIRE(appender->append(request("kept")).ok());
  faults().write_room = 30;  // half a header: a short write, then no room
  const auto refused = appender->append(request(std::string(200, 'x')));
  CHECK(refused.status().code() == Code::unavailable);
  CHECK(
      refused.status().text().find("log: disk_full: file: cannot write: No space left on device") !=
      std::string_view::npos);
  CHECK(appender->end() == 1);
  CHECK(soon([&] { return asked_for_room > 1; }));
  CHECK(appender->submit(request("refused")).text().find("disk_full") != std::string_view::npos);
  faults().write_room = UINT64_MAX;
  CHECK(soon([&] { return appender->state().ok(); }));
  CHECK(appender->append(request("after"))->lsn == 2);
  auto tail = appender->tail(1, Tail::Role::gate);
  const auto all = take(*tail, 2);
  REQUIRE(all.size() == 2);
  CHECK(all[1].second == "after");
}

TEST_CASE("appender: of a group that was cut short, whole records count and the rest is refused") {
  const TestFolder folder;
  LogThreads threads;
  auto appender = open_appender(threads, folder, {.retry_us = 1000});
  std::atomic<bool> held{false}, go{false};
  auto first = request("holds the appender up");
  first.done = [&](const Status&, const Appended&) {
    held = true;
    while (!go)
      std::this_thread::yield();
  };
  REQUIRE(appender->submit(std::move(first)).ok());
  REQUIRE(soon([&] { return held.load(); }));
  std::vector<int> outcome(6, 0);
  std::atomic<int> answered{0};
  for (std::size_t i = 0; i < outcome.size(); i++) {
    auto one = with_id(static_cast<uint8_t>(i));
    one.done = [&, i](const Status& status, const Appended&) {
      outcome[i] = status.ok() ? 1 : 2;
      answered++;
    };
    REQUIRE(appender->submit(std::move(one)).ok());
  }
  CHECK(appender->end() == 1);
  const uint64_t one = record_bytes(with_id(1).body.size());
  faults().write_room = 3 * one + 50;
  go = true;
  CHECK(soon([&] { return answered == 6; }));
  faults().write_room = UINT64_MAX;
  CHECK(outcome == std::vector<int>{1, 1, 1, 2, 2, 2});
  CHECK(appender->end() == 4);
  CHECK(soon([&] { return appender->state().ok(); }));
  CHECK_FALSE(appender->append(with_id(3))->duplicate);  // refused before: not a duplicate
  CHECK(appender->append(with_id(2))->duplicate);
}

TEST_CASE(
    "races: doors, appender, syncer, background, gate and a follower at once; nothing lost, "
    "nothing twice") {
  const TestFolder folder;
  LogThreads threads;
  constexpr int kDoors = 4, kEach = 2000;
  std::set<std::string> seen;
  std::atomic<uint64_t> durable_acks{0}, appended{0};
  {
    AppenderOptions options;
    options.log = {.first_segment_bytes = 4096, .max_segment_bytes = 65536};
    options.max_backlog = 65536;
    options.idle_sync_us = 500;
    auto appender = open_appender(threads, folder, std::move(options));
    auto gate = appender->tail(1, Tail::Role::gate);
    auto follower = appender->tail(1, Tail::Role::follower);
    std::vector<std::thread> running;
    for (int door = 0; door < kDoors; door++) {
      running.emplace_back([&, door] {
        for (int i = 0; i < kEach; i++) {
          auto one = request(std::to_string(door) + ":" + std::to_string(i) +
                             std::string(static_cast<std::size_t>(i % 97), '.'));
          one.rider = std::make_shared<int>(i);
          one.done = [&, i](const Status& status, const Appended& at) {
            CHECK(status.ok());
            appended++;
            if (i % 7 == 0)
              appender->when_durable(at.lsn,
                                     [&](const Status& synced) { durable_acks += synced.ok(); });
          };
          while (!appender->submit(std::move(one)).ok())
            std::this_thread::yield();
        }
      });
    }
    const auto follow = [&](Tail& tail, bool keep) {
      Lsn last = 0;
      uint64_t examples = 0;
      while (examples < kDoors * kEach) {
        const auto batch = tail.next(10'000);
        REQUIRE_MESSAGE(batch.ok(), batch.status().text());
        for (const TailEvent& shown : *batch) {
          REQUIRE(shown.event.lsn == ++last);
          if (shown.event.kind != EventKind::example) continue;
          examples++;
          if (keep) CHECK(seen.insert(text_of(shown.event)).second);
          if (keep) CHECK(shown.rider != nullptr);
        }
      }
    };
    running.emplace_back([&] { follow(*gate, true); });
    running.emplace_back([&] { follow(*follower, false); });
    std::thread statistics([&] {
      while (appended < kDoors * kEach) {
        (void)appender->stats();
        (void)appender->duplicates(appender->durable());
        (void)appender->log()
            .read(1, nullptr, [](void*, const Event&) noexcept { return false; })
            .ok();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    for (std::thread& thread : running)
      thread.join();
    statistics.join();
    gate.reset();
    follower.reset();
    CHECK(appender->close().ok());
    CHECK(durable_acks == kDoors * ((kEach + 6) / 7));
  }
  CHECK(seen.size() == kDoors * kEach);
  auto log = LocalLog::open_read_only(folder.path());
  REQUIRE_MESSAGE(log.ok(), log.status().text());
  uint64_t found = 0;
  CHECK((*log)
            ->read(1, &found,
                   [](void* self, const Event& event) noexcept {
                     *static_cast<uint64_t*>(self) += event.kind == EventKind::example;
                     return true;
                   })
            .ok());
  CHECK(found == kDoors * kEach);
}

TEST_CASE("races: logs open, work and close on shared threads without disturbing one another") {
  const TestFolder folder;
  LogThreads threads;
  std::vector<std::thread> running;
  std::atomic<int> good{0};
  for (int k = 0; k < 4; k++) {
    running.emplace_back([&, k] {
      for (int round = 0; round < 20; round++) {
        auto lock = WriterLock::acquire(folder / std::to_string(k));
        REQUIRE_MESSAGE(lock.ok(), lock.status().text());
        AppenderOptions options;
        options.log.first_segment_bytes = 4096;
        options.idle_sync_us = 200;
        auto appender = Appender::open(threads, *std::move(lock), std::move(options));
        REQUIRE_MESSAGE(appender.ok(), appender.status().text());
        const auto one = (*appender)->append(request("row"));
        good += one.ok() && (*appender)->sync(one->lsn).ok();
        if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
        REQUIRE((*appender)->submit(request("left to close")).ok());
      }
    });
  }
  for (std::thread& thread : running)
    thread.join();
  CHECK(good == 80);
}

}  // namespace
}  // namespace freshet
