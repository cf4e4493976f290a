#include "freshet/serve/series.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr int64_t kFinestUs = 500'000;  // the server samples twice a second

void join(SeriesBucket& to, double value) noexcept {
  to.is_finite = std::isfinite(value);
  if (!to.is_finite) return;
  to.low = std::isfinite(to.low) ? std::min(to.low, value) : value;
  to.high = std::isfinite(to.high) ? std::max(to.high, value) : value;
  to.last = value;
}

SeriesBucket first(int64_t time_us, double value) noexcept {
  return {.time_us = time_us,
          .low = value,
          .high = value,
          .last = value,
          .is_finite = std::isfinite(value)};
}

}  // namespace

Series::Series() {
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    levels_[k].span_s = kSeriesSpans[k];
    levels_[k].width_us =
        kSeriesSpans[k] == 0 ? kFinestUs : kSeriesSpans[k] * 1'000'000 / int64_t{kMaxBuckets};
  }
}

void Series::add(int64_t time_us, double value) {
  for (Level& level : levels_)
    level.add(time_us, value);
}

void Series::Level::add(int64_t time_us, double value) {
  const int64_t begin = time_us - time_us % width_us;
  if (!buckets.empty() && buckets.back().time_us >= begin) {
    join(buckets.back(), value);
    return;
  }
  buckets.push_back(first(begin, value));
  if (buckets.size() <= kMaxBuckets) return;
  if (span_s != 0)
    buckets.pop_front();
  else
    halve();
}

/// "Everything" stays within its buckets by making them twice as wide.
void Series::Level::halve() {
  width_us *= 2;
  std::deque<SeriesBucket> wider;
  for (const SeriesBucket& bucket : buckets) {
    const int64_t begin = bucket.time_us - bucket.time_us % width_us;
    if (wider.empty() || wider.back().time_us != begin) {
      wider.push_back(bucket);
      wider.back().time_us = begin;
      continue;
    }
    join(wider.back(), bucket.low);
    join(wider.back(), bucket.high);
    wider.back().last = bucket.last;
    wider.back().is_finite = bucket.is_finite;
  }
  buckets = std::move(wider);
}

const Series::Level& Series::level(int64_t span_s) const noexcept {
  for (const Level& level : levels_)
    if (level.span_s == span_s) return level;
  return levels_.back();
}

std::deque<SeriesBucket> Series::buckets(int64_t span_s, int64_t now_us) const {
  std::deque<SeriesBucket> out = level(span_s).buckets;
  while (span_s != 0 && !out.empty() && out.front().time_us < now_us - span_s * 1'000'000)
    out.pop_front();
  return out;
}

int64_t Series::bucket_us(int64_t span_s) const noexcept {
  return level(span_s).width_us;
}

}  // namespace freshet
