#include "freshet/kernel/dot.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/rng.h"
#include "freshet/kernel/gather.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/table.h"

namespace freshet::kernel {
namespace {

// Values of all sizes, so that any other order of the sum gives other bits.
std::vector<float> wild(std::size_t n, uint32_t seed) {
  Draws draws(seed, 0, n);
  std::vector<float> values(n);
  for (float& v : values) {
    v = static_cast<float>((draws.uniform() - 0.5) *
                           std::exp2(static_cast<double>(draws.below(40)) - 20));
  }
  return values;
}

// NaNs are equal: their payload isn't part of the promise.
bool same(float a, float b) {
  return (a != a && b != b) || bit_cast<uint32_t>(a) == bit_cast<uint32_t>(b);
}

}  // namespace

TEST_CASE("dot: small sums are what one expects") {
  const float a[] = {1, 2, 3}, b[] = {4, 5, 6};
  CHECK(dot(a, b) == 32);
  CHECK(dot({}, {}) == 0);
}

TEST_CASE("dot: the order is 16 lanes, index mod 16, then a fixed tree") {
  // 2^24 + 1 isn't a float: 1 is lost in a lane with 2^24, kept in another until the lanes meet.
  std::vector<float> ones(32, 1), values(32, 0);
  values[0] = 0x1p24f;
  values[16] = 1;  // the same lane
  CHECK(dot(values, ones) == 0x1p24f);
  values[16] = 0;
  values[8] = 1;  // meets lane 0 first, and is lost
  values[4] = 1;  // meets lane 12 first
  values[12] = 1;
  CHECK(dot(values, ones) == 0x1p24f + 2);
}

TEST_CASE("dot: every level gives the bits of the scalar twin, at every length and alignment") {
  const std::vector<float> a = wild(700, 1), b = wild(700, 2);
  at_every_level([&](Level) {
    for (std::size_t n = 0; n < 300; n++) {
      for (const std::size_t from : {0, 1, 3}) {
        const float want = kScalarTable.dot(a.data() + from, b.data() + 2 * from, n);
        REQUIRE(same(dot({a.data() + from, n}, {b.data() + 2 * from, n}), want));
      }
    }
  });
}

TEST_CASE("dot: infinities, NaNs, subnormals and negative zeros are the scalar twin's too") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float hostile[] = {
      infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), -0.0f, 1e-45f, 3.4e38f, -1};
  at_every_level([&](Level) {
    for (std::size_t n = 1; n < 40; n++) {
      for (const float bad : hostile) {
        std::vector<float> a(n, -0.0f), b(n, 2);
        a[n / 2] = bad;
        REQUIRE(same(dot(a, b), kScalarTable.dot(a.data(), b.data(), n)));
      }
    }
  });
}

TEST_CASE("dot: reads nothing behind its spans") {
  for (std::size_t n = 0; n < 40; n++) {
    const std::vector<float> exact(n, 1);  // address sanitizers watch the end
    CHECK(dot(exact, exact) == static_cast<float>(n));
  }
}

TEST_CASE("gather: equals dot over the gathered weights to the bit, plain and live") {
  const std::vector<float> weights = wild(1024, 3), values = wild(100, 4);
  for (std::size_t n = 0; n <= 100; n++) {
    std::vector<uint32_t> index(n);
    std::vector<float> gathered(n);
    for (std::size_t i = 0; i < n; i++) {
      index[i] = static_cast<uint32_t>(mix64(i));
      gathered[i] = weights[index[i] & 1023];
    }
    const float want = kScalarTable.dot(values.data(), gathered.data(), n);
    LaneSum sum;
    for (std::size_t i = 0; i < n; i++)
      sum.add(values[i] * gathered[i]);
    CHECK(same(gather<PlainLoad>(index, {values.data(), n}, weights.data(), 1023), want));
    CHECK(same(gather<LiveLoad>(index, {values.data(), n}, weights.data(), 1023), want));
    CHECK(same(sum.value(), want));
  }
}

}  // namespace freshet::kernel
