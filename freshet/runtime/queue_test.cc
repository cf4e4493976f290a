#include "freshet/runtime/queue.h"

#include <memory>
#include <thread>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("queue: what goes in comes out in order, across threads, never more than fit") {
  Queue<std::unique_ptr<int>> queue(4);
  std::thread writer([&] {
    for (int k = 0; k < 1000; ++k)
      queue.push(std::make_unique<int>(k));
    queue.close();
  });
  std::unique_ptr<int> item;
  for (int k = 0; k < 1000; ++k) {
    REQUIRE(queue.pop(item));
    REQUIRE(*item == k);
  }
  CHECK_FALSE(queue.pop(item));
  writer.join();
}

TEST_CASE("queue: closing wakes who waits for room") {
  Queue<int> queue(1);
  REQUIRE(queue.push(1));
  std::thread writer([&] { CHECK_FALSE(queue.push(2)); });
  queue.close();
  writer.join();
  int item = 0;
  CHECK(queue.pop(item));  // what was inside before
  CHECK(item == 1);
  CHECK_FALSE(queue.pop(item));
}

}  // namespace freshet
