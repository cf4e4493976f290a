#include "freshet/serve/latency.h"

#include <algorithm>
#include <bit>

namespace freshet {

// Below 16 us each microsecond has its own bucket; above, an octave is cut into 16 by its top bits.
std::size_t LatencyHistogram::bucket(int64_t duration_us) noexcept {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(duration_us, 0));
  if (us < 16) return us;
  const auto octave = static_cast<std::size_t>(std::bit_width(us)) - 5;
  return std::min(16 * (octave + 1) + ((us >> octave) - 16), kBuckets - 1);
}

double LatencyHistogram::middle(std::size_t bucket) noexcept {
  if (bucket < 16) return static_cast<double>(bucket);
  const std::size_t octave = bucket / 16 - 1;
  return (static_cast<double>(16 + bucket % 16) + 0.5) *
             static_cast<double>(uint64_t{1} << octave) -
         0.5;
}

LatencyHistogram::Counts LatencyHistogram::counts() const noexcept {
  Counts counts{};
  for (std::size_t k = 0; k < kBuckets; ++k)
    counts[k] = counts_[k].load(std::memory_order_relaxed);
  return counts;
}

uint64_t LatencyHistogram::total(const Counts& counts) noexcept {
  uint64_t sum = 0;
  for (const uint64_t count : counts)
    sum += count;
  return sum;
}

double LatencyHistogram::quantile(const Counts& from, const Counts& to, double q) noexcept {
  const uint64_t all = total(to) - total(from);
  if (all == 0) return -1;
  const auto rank = static_cast<uint64_t>(q * static_cast<double>(all - 1));
  uint64_t seen = 0;
  for (std::size_t k = 0; k < kBuckets; ++k) {
    seen += to[k] - from[k];
    if (seen > rank) return middle(k);
  }
  return middle(kBuckets - 1);
}

}  // namespace freshet
