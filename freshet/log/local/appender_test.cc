#include "freshet/log/local/appender.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/log/local/test_folder.h"

namespace freshet {
namespace {

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

}  // namespace
}  // namespace freshet
