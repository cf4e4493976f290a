#pragma once
/// How long calls take, and how many there are: counted by any thread without waiting, read twice a second.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace freshet {

/// A histogram of microseconds: 16 buckets to the octave, so that a quantile is right to 5 %.
class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = 512;
  using Counts = std::array<uint64_t, kBuckets>;

  /// Any thread; one relaxed addition.
  void add(int64_t duration_us) noexcept {
    counts_[bucket(duration_us)].fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(static_cast<uint64_t>(duration_us > 0 ? duration_us : 0),
                      std::memory_order_relaxed);
  }
  Counts counts() const noexcept;
  uint64_t sum_us() const noexcept { return sum_us_.load(std::memory_order_relaxed); }

  /// The q-quantile, microseconds, of what was counted between two readings; -1 when nothing was.  q in (0, 1)
  static double quantile(const Counts& from, const Counts& to, double q) noexcept;
  static uint64_t total(const Counts& counts) noexcept;

  static std::size_t bucket(int64_t duration_us) noexcept;
  /// The middle of a bucket, microseconds.
  static double middle(std::size_t bucket) noexcept;

 private:
  std::array<std::atomic<uint64_t>, kBuckets> counts_{};
  std::atomic<uint64_t> sum_us_{0};
};

}  // namespace freshet
