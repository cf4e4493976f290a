#include "freshet/net/event_hub.h"

#include <doctest/doctest.h>

namespace freshet {
namespace {

struct Counter final : EventWatcher {
  int woken = 0;
  void wake() noexcept override { ++woken; }
};

TEST_CASE(
    "event hub: a new watcher sees only what comes after it, in the form of an event stream") {
  EventHub hub;
  hub.publish("m", "status", R"({"a":1})");
  EventHub::Place place = hub.place("m", 0);
  hub.publish("m", "metrics", R"({"a":2})");
  uint64_t lost = 9;
  const auto frames = hub.read(place, 10, lost);
  REQUIRE(frames.size() == 1);
  CHECK(*frames[0] == "id: 2\nevent: metrics\ndata: {\"a\":2}\n\n");
  CHECK(lost == 0);
  CHECK(hub.read(place, 10, lost).empty());
}

TEST_CASE("event hub: Last-Event-ID gives what came after it, of the model asked for") {
  EventHub hub;
  for (int i = 0; i < 4; ++i) {
    hub.publish("a", "status", "1");
    hub.publish("b", "status", "2");
  }
  uint64_t lost = 0;
  EventHub::Place all = hub.place("", 6);
  CHECK(hub.read(all, 10, lost).size() == 2);
  EventHub::Place only = hub.place("b", 3);
  CHECK(hub.read(only, 10, lost).size() == 3);
  CHECK(lost == 0);
}

TEST_CASE("event hub: a number never given means from now on") {
  EventHub hub;
  hub.publish("a", "status", "1");
  CHECK(hub.place("", 77).next == 2);
}

TEST_CASE("event hub: a slow watcher loses the oldest and learns how many of its own model") {
  EventHub hub(4);
  EventHub::Place all = hub.place("", 0);
  EventHub::Place only = hub.place("b", 0);
  for (int i = 0; i < 5; ++i) {
    hub.publish("a", "status", "1");
    hub.publish("b", "status", "2");
  }
  uint64_t lost = 0;
  CHECK(hub.read(all, 100, lost).size() == 4);
  CHECK(lost == 6);
  CHECK(hub.read(only, 100, lost).size() == 2);
  CHECK(lost == 3);
}

TEST_CASE("event hub: lost events are told even if none of the model is left") {
  EventHub hub(2);
  EventHub::Place only = hub.place("b", 0);
  hub.publish("b", "status", "2");
  for (int i = 0; i < 5; ++i)
    hub.publish("a", "status", "1");
  uint64_t lost = 0;
  CHECK(hub.read(only, 100, lost).empty());
  CHECK(lost == 1);
  CHECK(hub.read(only, 100, lost).empty());
  CHECK(lost == 0);
}

TEST_CASE("event hub: a line break in data can't make an event of its own") {
  EventHub hub;
  EventHub::Place place = hub.place("", 0);
  hub.publish("m", "error", "x\n\nevent: evil");
  uint64_t lost = 0;
  CHECK(*hub.read(place, 1, lost)[0] ==
        "id: 1\nevent: error\ndata: x\ndata: \ndata: event: evil\n\n");
}

TEST_CASE("event hub: watchers are woken until they leave") {
  EventHub hub;
  Counter counter;
  hub.watch(&counter);
  hub.publish("m", "status", "1");
  hub.unwatch(&counter);
  hub.publish("m", "status", "1");
  CHECK(counter.woken == 1);
  CHECK(hub.watchers() == 0);
}

}  // namespace
}  // namespace freshet
