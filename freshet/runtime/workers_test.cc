#include "freshet/runtime/workers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace freshet {
namespace {

TEST_CASE("workers: every index runs once, before the loop returns") {
  Workers workers(3);
  for (std::size_t n : {0, 1, 2, 7, 1000}) {
    std::vector<int> runs(n);
    workers.parallel()(n, [&](std::size_t i) { ++runs[i]; });
    for (const int count : runs) CHECK(count == 1);
  }
}

TEST_CASE("workers: none is a plain loop, in order") {
  Workers workers(0);
  std::vector<std::size_t> order;
  workers.parallel()(4, [&](std::size_t i) { order.push_back(i); });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("workers: a loop inside a loop runs plainly") {
  Workers workers(2);
  std::atomic<int> runs{0};
  workers.parallel()(8, [&](std::size_t) { workers.parallel()(8, [&](std::size_t) { ++runs; }); });
  CHECK(runs == 64);
}

TEST_CASE("races: many callers share one pool") {
  Workers workers(2);
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int k = 0; k < 4; ++k)
    callers.emplace_back([&] {
      for (int loop = 0; loop < 300; ++loop) {
        std::vector<int> runs(16);
        workers.parallel()(runs.size(), [&](std::size_t i) { runs[i] += static_cast<int>(i); });
        for (std::size_t i = 0; i < runs.size(); ++i) wrong += runs[i] != static_cast<int>(i);
      }
    });
  for (auto& caller : callers) caller.join();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace freshet
