#include "freshet/runtime/published.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace freshet {
namespace {

struct Counted {
  explicit Counted(int v, std::atomic<int>& alive) : value(v), alive_(alive) { ++alive_; }
  ~Counted() { --alive_; }
  int value;
  std::atomic<int>& alive_;
};

std::unique_ptr<Counted> counted(int value, std::atomic<int>& alive) { return std::make_unique<Counted>(value, alive); }

TEST_CASE("published: readers see the newest version") {
  std::atomic<int> alive{0};
  {
    Published<Counted> root(counted(1, alive));
    CHECK(root.read()->value == 1);
    root.publish(counted(2, alive));
    CHECK(root.read()->value == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("published: a pinned version lives on, and nothing older than the pin's epoch is given out") {
  std::atomic<int> alive{0};
  Published<Counted> root(counted(1, alive), RetiredLimits{.objects = 8, .bytes = 1 << 30, .spares = 0});
  {
    auto guard = root.read();
    root.publish(counted(2, alive));
    root.publish(counted(3, alive));
    CHECK(guard->value == 1);
    CHECK(alive == 3);
    CHECK(root.spare() == nullptr);
  }
  root.publish(counted(4, alive));
  CHECK(alive == 1);
}

TEST_CASE("published: guards nest, only the outermost pins") {
  std::atomic<int> alive{0};
  Published<Counted> root(counted(1, alive), RetiredLimits{.objects = 8, .bytes = 1 << 30, .spares = 0});
  {
    auto outer = root.read();
    { auto inner = root.read(); }
    root.publish(counted(2, alive));
    CHECK(outer->value == 1);
  }
  root.reclaim();
  CHECK(alive == 1);
}

TEST_CASE("published: a drained version is given back as spare, and only once") {
  std::atomic<int> alive{0};
  Published<Counted> root(counted(1, alive));
  CHECK(root.spare() == nullptr);
  root.publish(counted(2, alive));
  auto spare = root.spare();
  REQUIRE(spare != nullptr);
  CHECK(spare->value == 1);
  CHECK(root.spare() == nullptr);
  spare->value = 3;
  root.publish(std::move(spare));
  CHECK(root.read()->value == 3);
  CHECK(alive == 2);
}

TEST_CASE("published: what is retained is neither freed nor reused, and outlives the root") {
  std::atomic<int> alive{0};
  Published<Counted>::Retained kept;
  {
    Published<Counted> root(counted(1, alive));
    kept = root.read().retain();
    root.publish(counted(2, alive));
    CHECK(root.spare() == nullptr);
    const Published<Counted>::Retained copy = kept;
    CHECK(copy->value == 1);
  }
  CHECK(kept->value == 1);
  CHECK(alive == 1);
  kept = {};
  CHECK(alive == 0);
}

TEST_CASE("published: a stalled reader fills the limits, in objects and in bytes, until it lets go") {
  std::atomic<int> alive{0};
  Published<Counted> root(counted(0, alive), RetiredLimits{.objects = 3, .bytes = 1000, .spares = 1});
  {
    auto stalled = root.read();
    for (int k = 1; k <= 3; ++k) {
      CHECK(!root.is_full());
      root.publish(counted(k, alive));
    }
    CHECK(root.is_full());
    CHECK(root.retired_count() == 3);
  }
  CHECK(!root.is_full());
  CHECK(alive == 1);
  auto stalled = root.read();
  root.publish(counted(4, alive), 600);
  root.publish(counted(5, alive), 600);
  CHECK(!root.is_full());
  root.publish(counted(6, alive), 600);
  CHECK(root.is_full());
}

TEST_CASE("epoch: a thread gives its slot back when it ends") {
  std::atomic<int> alive{0};
  Published<Counted> root(counted(1, alive));
  { auto mine = root.read(); }
  const uint32_t slots = EpochDomain::slot_count();
  for (int k = 0; k < 200; ++k) std::thread([&] { (void)root.read(); }).join();
  CHECK(EpochDomain::slot_count() == slots);
}

TEST_CASE("epoch: more threads than one block has slots") {
  std::atomic<int> alive{0}, inside{0};
  Published<Counted> root(counted(1, alive), RetiredLimits{.objects = 8, .bytes = 1 << 30, .spares = 0});
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  for (int k = 0; k < 100; ++k)
    threads.emplace_back([&] {
      auto guard = root.read();
      ++inside;
      while (!go) std::this_thread::yield();
      CHECK(guard->value == 1);
    });
  while (inside != 100) std::this_thread::yield();
  CHECK(EpochDomain::slot_count() >= 128);
  root.publish(counted(2, alive));
  CHECK(alive == 2);
  go = true;
  for (auto& thread : threads) thread.join();
  root.reclaim();
  CHECK(alive == 1);
}

}  // namespace
}  // namespace freshet
