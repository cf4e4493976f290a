#pragma once
/// One metric three ways: over everything, over the last N scored examples, and faded.

#include <cstdint>
#include <memory>
#include <vector>

#include "freshet/metric/sum_metric.h"

namespace freshet {

/// A metric over the last `size` contributions.
///
/// They are kept, and the oldest is taken back as a new one comes. A second copy sums afresh since the ring began anew; each
/// time it has come round, the copy takes over: rounding never accumulates for longer than `size` contributions, and no
/// example pays for more than two sums.
class WindowedMetric {
 public:
  WindowedMetric(std::unique_ptr<SumMetric> empty, std::unique_ptr<SumMetric> copy, uint32_t size);

  void add(const Contribution& c) noexcept;
  double value() const noexcept { return now_->value(); }
  /// Contributions in the window.
  uint32_t count() const noexcept { return count_; }
  void set_positive(uint32_t id) noexcept;
  void reset() noexcept;
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;

 private:
  std::unique_ptr<SumMetric> now_, fresh_;
  std::vector<Contribution> ring_;
  uint32_t next_ = 0, count_ = 0;  // where the next one goes; how many there are
};

/// A metric in which each contribution counts A times as much as the one after it: S = s + A S.
///
/// Instead of fading every sum, new contributions weigh more and more; once they weigh 2^200 all is scaled back.
class FadedMetric {
 public:
  FadedMetric(std::unique_ptr<SumMetric> empty, double fading)
      : sums_(std::move(empty)), fading_(fading) {}

  void add(const Contribution& c) noexcept;
  double value() const noexcept { return sums_->value(); }
  void set_positive(uint32_t id) noexcept { sums_->set_positive(id); }
  void reset() noexcept;
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;

 private:
  std::unique_ptr<SumMetric> sums_;
  double fading_;
  double weight_ = 1;  // of the next contribution
};

}  // namespace freshet
