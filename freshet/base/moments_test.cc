#include "freshet/base/moments.h"

#include <initializer_list>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("moments: 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and deviation 2") {
  Moments m;
  for (const double x : {2, 4, 4, 4, 5, 5, 7, 9})
    m.update(x);
  CHECK(m.weight() == 8);
  CHECK(m.mean() == doctest::Approx(5));
  CHECK(m.variance() == doctest::Approx(4));
  CHECK(m.sample_variance() == doctest::Approx(32 / 7.0));
}

TEST_CASE("moments: empty ones are zeros, one number has no variance") {
  Moments m;
  CHECK(m.mean() == 0);
  CHECK(m.variance() == 0);
  m.update(3);
  CHECK(m.mean() == 3);
  CHECK(m.variance() == 0);
  CHECK(m.sample_variance() == 0);
}

TEST_CASE("moments: weight 2 is twice, weight 0 and negative weights are nothing") {
  Moments twice, weighted;
  for (const double x : {1.0, 1.0, 5.0})
    twice.update(x);
  weighted.update(1, 2);
  weighted.update(5);
  weighted.update(1e9, 0);
  weighted.update(1e9, -1);
  CHECK(weighted.mean() == doctest::Approx(twice.mean()));
  CHECK(weighted.variance() == doctest::Approx(twice.variance()));
}

TEST_CASE("moments: large offsets don't cancel") {
  Moments m;
  for (const double x : {4, 7, 13, 16})
    m.update(1e9 + x);
  CHECK(m.sample_variance() == doctest::Approx(30));
}

TEST_CASE("moments: merging equals having seen all, taking out what was merged gives the rest") {
  Moments all, left, right;
  for (const double x : {1, 2, 10}) {
    all.update(x);
    left.update(x);
  }
  for (const double x : {-4, 8, 8, 3}) {
    all.update(x);
    right.update(x);
  }
  Moments merged = left;
  merged.merge(right);
  CHECK(merged.weight() == 7);
  CHECK(merged.mean() == doctest::Approx(all.mean()));
  CHECK(merged.variance() == doctest::Approx(all.variance()));
  const Moments rest = all.without(left);
  CHECK(rest.mean() == doctest::Approx(right.mean()));
  CHECK(rest.variance() == doctest::Approx(right.variance()));
  merged.merge({});
  CHECK(merged.weight() == 7);
  CHECK(all.without(all).weight() == 0);
}

TEST_CASE("moments: an update taken back leaves what was before") {
  Moments m;
  for (const double x : {1, 2, 3})
    m.update(x);
  m.update(50, 2);
  m.revert(50, 2);
  CHECK(m.weight() == 3);
  CHECK(m.mean() == doctest::Approx(2));
  CHECK(m.variance() == doctest::Approx(2 / 3.0));
  for (const double x : {1, 2, 3})
    m.revert(x);
  CHECK(m.weight() == 0);
  CHECK(m.mean() == 0);
}

TEST_CASE("moments: fading keeps mean and variance and halves the weight") {
  Moments m;
  for (const double x : {1, 3})
    m.update(x);
  m.fade(0.5);
  CHECK(m.weight() == 1);
  CHECK(m.mean() == 2);
  CHECK(m.variance() == 1);
}

}  // namespace freshet
