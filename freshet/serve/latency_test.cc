#include "freshet/serve/latency.h"

#include <doctest/doctest.h>

using namespace freshet;

TEST_CASE("latency: a bucket's middle falls into the bucket, and buckets rise") {
  std::size_t last = 0;
  for (int64_t us = 0; us < 100'000; us = us + 1 + us / 50) {
    const std::size_t bucket = LatencyHistogram::bucket(us);
    CHECK(bucket >= last);
    CHECK(LatencyHistogram::middle(bucket) ==
          doctest::Approx(static_cast<double>(us)).epsilon(0.04));
    last = bucket;
  }
  CHECK(LatencyHistogram::bucket(-5) == 0);
  CHECK(LatencyHistogram::bucket(INT64_MAX) < LatencyHistogram::kBuckets);
}

TEST_CASE("latency: quantiles are those of what came between two readings") {
  LatencyHistogram histogram;
  for (int k = 0; k < 1000; ++k)
    histogram.add(5);
  const auto from = histogram.counts();
  CHECK(LatencyHistogram::quantile(from, histogram.counts(), 0.5) == -1);
  for (int k = 1; k <= 100; ++k)
    histogram.add(k * 10);
  const auto to = histogram.counts();
  CHECK(LatencyHistogram::quantile(from, to, 0.5) == doctest::Approx(500).epsilon(0.05));
  CHECK(LatencyHistogram::quantile(from, to, 0.99) == doctest::Approx(990).epsilon(0.05));
  CHECK(LatencyHistogram::total(to) == 1100);
}
