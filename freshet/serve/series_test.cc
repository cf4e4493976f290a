#include "freshet/serve/series.h"

#include <limits>

#include <doctest/doctest.h>

using namespace freshet;

TEST_CASE("series: a bucket keeps the lowest, the highest and the last") {
  Series series;
  for (const double value : {3.0, 1.0, 2.0})
    series.add(1'000'000, value);
  series.add(1'500'000, 7);
  const auto buckets = series.buckets(300, 2'000'000);
  REQUIRE(buckets.size() == 2);
  CHECK(buckets[0].low == 1);
  CHECK(buckets[0].high == 3);
  CHECK(buckets[0].last == 2);
  CHECK(buckets[1].last == 7);
}

TEST_CASE("series: what isn't finite is marked, not drawn") {
  Series series;
  series.add(0, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(series.buckets(300, 1)[0].is_finite);
  series.add(100, 4);
  CHECK(series.buckets(300, 1)[0].is_finite);
  CHECK(series.buckets(300, 1)[0].low == 4);
}

TEST_CASE(
    "series: no span ever has more than 600 buckets, and all of them end at the newest value") {
  Series series;
  int64_t time_us = 0;
  for (int k = 0; k < 20'000; ++k)
    series.add(time_us += 500'000, k);
  for (const int64_t span : kSeriesSpans) {
    const auto buckets = series.buckets(span, time_us);
    CHECK(buckets.size() <= Series::kMaxBuckets);
    CHECK(buckets.back().last == 19'999);
  }
  CHECK(series.buckets(0, time_us).front().low == 0);
  CHECK(series.bucket_us(0) >= 16'000'000);
}
