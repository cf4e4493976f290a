#pragma once
/// What a number did over time, for charts: at most 600 buckets of {time, lowest, highest, last} for each span.
///
/// Kept in memory: a restart leaves a hole. A value that isn't finite marks its bucket. Threads: one at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace freshet {

struct SeriesBucket {
  int64_t time_us = 0;  // where the bucket begins
  double low = 0, high = 0, last = 0;
  bool is_finite = true;  // false: `last` wasn't finite; low and high are of the values that were
};

/// Spans a chart can ask for, seconds; 0: everything since the start.
inline constexpr std::array<int64_t, 4> kSeriesSpans{300, 3600, 86'400, 0};

class Series {
 public:
  static constexpr std::size_t kMaxBuckets = 600;

  Series();
  /// REQUIRES: time_us doesn't fall.
  void add(int64_t time_us, double value);
  /// Buckets of the span, oldest first; those older than the span before `now_us` are left out.
  /// span_s: one of kSeriesSpans.
  std::deque<SeriesBucket> buckets(int64_t span_s, int64_t now_us) const;
  /// Width of a bucket of that span now, microseconds.
  int64_t bucket_us(int64_t span_s) const noexcept;

 private:
  struct Level {
    int64_t span_s = 0;
    int64_t width_us = 0;
    std::deque<SeriesBucket> buckets;
    void add(int64_t time_us, double value);
    void halve();
  };
  const Level& level(int64_t span_s) const noexcept;
  std::array<Level, kSeriesSpans.size()> levels_;
};

}  // namespace freshet
