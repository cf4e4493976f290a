#include "freshet/kernel/axpy.h"

#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/scatter.h"
#include "freshet/kernel/table.h"

namespace freshet::kernel {

TEST_CASE("axpy: adds a multiple, rounding the product and the sum each") {
  const float x[] = {1, 2, 1 + 0x1p-12f};
  float y[] = {10, 20, -1};
  axpy(3, x, y);
  CHECK(y[0] == 13);
  CHECK(y[1] == 26);
  float z[] = {-(1 + 0x1p-11f)};
  axpy(1 + 0x1p-12f, {x + 2, 1}, z);  // the exact square has 2^-24 more: a fused sum would keep it
  CHECK(z[0] == 0);
}

TEST_CASE("axpy: every level gives the bits of the scalar twin, at every length") {
  Draws draws(5, 0, 0);
  at_every_level([&](Level) {
    for (std::size_t n = 0; n < 200; n++) {
      std::vector<float> x(n), y(n);
      for (float& v : x)
        v = static_cast<float>(draws.normal());
      for (float& v : y)
        v = static_cast<float>(draws.normal());
      std::vector<float> want = y;
      kScalarTable.axpy(0.3f, x.data(), want.data(), n);
      axpy(0.3f, x, y);
      REQUIRE((n == 0 || std::memcmp(y.data(), want.data(), n * sizeof(float)) == 0));
    }
  });
}

TEST_CASE("scatter: an index that repeats is added to twice") {
  const uint32_t index[] = {1, 9, 2};  // 9 & 7 = 1
  const float value[] = {1, 10, 100};
  float weights[8] = {};
  scatter(2, index, value, weights, 7);
  CHECK(weights[1] == 22);
  CHECK(weights[2] == 200);
  CHECK(weights[0] == 0);
}

}  // namespace freshet::kernel
