#include "freshet/runtime/waiters.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace freshet {
namespace {

TEST_CASE("waiters: called once, in order of their LSN, when it is reached") {
  LsnWaiters waiters;
  std::vector<int> called;
  waiters.add(5, [&](const Status& status) noexcept { called.push_back(status.ok() ? 5 : -5); });
  waiters.add(3, [&](const Status& status) noexcept { called.push_back(status.ok() ? 3 : -3); });
  const uint64_t gone = waiters.add(4, [&](const Status&) noexcept { called.push_back(4); });
  CHECK(waiters.lowest() == 3);
  CHECK(waiters.cancel(gone));
  waiters.reach(2);
  CHECK(called.empty());
  waiters.reach(5);
  waiters.reach(6);
  CHECK(called == std::vector<int>{3, 5});
  CHECK(waiters.lowest() == kNobodyWaits);
}

TEST_CASE("waiters: a failure tells those who wait and those who come") {
  LsnWaiters waiters;
  Code first = Code::ok, second = Code::ok;
  waiters.add(5, [&](const Status& status) noexcept { first = status.code(); });
  waiters.fail(Code::unavailable, "model: stopped");
  CHECK(first == Code::unavailable);
  CHECK(waiters.add(1, [&](const Status& status) noexcept { second = status.code(); }) == 0);
  CHECK(second == Code::unavailable);
}

TEST_CASE("races: a number that rises and waiters that come: all are called") {
  LsnWaiters waiters;
  std::atomic<Lsn> now{0};
  std::atomic<int> called{0};
  std::thread raiser([&] {
    for (Lsn lsn = 1; lsn <= 20'000; ++lsn) {
      now.store(lsn, std::memory_order_release);
      waiters.reach(lsn);
    }
  });
  int added = 0;
  for (; now.load(std::memory_order_acquire) < 20'000; ++added) {
    waiters.add(std::min<Lsn>(now.load() + 10, 20'000), [&](const Status&) noexcept { ++called; });
    waiters.reach(now.load(std::memory_order_acquire));
  }
  raiser.join();
  waiters.reach(20'000);
  CHECK(called == added);
}

}  // namespace
}  // namespace freshet
