#include "freshet/kernel/parallel.h"

#include <vector>

#include <doctest/doctest.h>

namespace freshet::kernel {

TEST_CASE("parallel: without a pool it is a loop in order") {
  std::vector<std::size_t> seen;
  Parallel()(4, [&](std::size_t i) { seen.push_back(i); });
  CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3});
  Parallel()(0, [&](std::size_t) { FAIL("nothing to do"); });
}

TEST_CASE("parallel: a pool gets every call once and may choose the order") {
  int runs = 0;
  const Parallel backwards(
      [](void* context, std::size_t n, void* self, Parallel::Each each) noexcept {
        ++*static_cast<int*>(context);
        for (std::size_t i = n; i-- > 0;)
          each(self, i);
      },
      &runs);
  std::vector<std::size_t> seen;
  backwards(3, [&](std::size_t i) { seen.push_back(i); });
  CHECK(seen == std::vector<std::size_t>{2, 1, 0});
  CHECK(runs == 1);
  backwards(1, [&](std::size_t) {});  // one call isn't worth the pool
  CHECK(runs == 1);
}

}  // namespace freshet::kernel
