#include "freshet/serve/surprise.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr uint64_t kClassesAfter = 1000, kNumbersAfter = 300;
constexpr double kRarest = 0.01, kErrorRatio = 4, kErrorFading = 0.99;
constexpr double kThreeBits = 0.125;
constexpr int64_t kPauseUs = 500'000;

}  // namespace

bool SurpriseWatch::is_time(int64_t now_us) noexcept {
  if (now_us - told_us_ < kPauseUs) return false;
  told_us_ = now_us;
  return true;
}

std::optional<ClassSurprise> SurpriseWatch::see_class(uint32_t seen, std::span<const float> before,
                                                      int64_t now_us) noexcept {
  ++rows_;
  const bool is_binary = before.size() == 1;
  const std::size_t classes = is_binary ? 2 : before.size();
  const auto probability = [&](std::size_t k) {
    if (!is_binary) return k < classes ? double{before[k]} : 0.0;
    return k == 1 ? double{before[0]} : 1 - double{before[0]};
  };
  const double p = std::max(probability(seen), 1e-15);
  if (!(p <= kThreeBits)) return std::nullopt;  // nearly every row, or not finite
  const double bits = -std::log2(p);
  const std::size_t place = std::min(static_cast<std::size_t>(bits * 8), bits_seen_.size() - 1);
  ++bits_seen_[place];
  uint64_t as_rare = 0;
  for (std::size_t k = place; k < bits_seen_.size(); ++k)
    as_rare += bits_seen_[k];
  if (rows_ < kClassesAfter ||
      static_cast<double>(as_rare) > kRarest * static_cast<double>(rows_) || !is_time(now_us))
    return std::nullopt;
  std::size_t expected = 0;
  for (std::size_t k = 1; k < classes; ++k)
    if (probability(k) > probability(expected)) expected = k;
  return ClassSurprise{.expected = static_cast<uint32_t>(expected),
                       .seen = seen,
                       .p_expected = probability(expected),
                       .p = p,
                       .bits = bits};
}

std::optional<NumberSurprise> SurpriseWatch::see_number(double seen, double expected,
                                                        int64_t now_us) noexcept {
  const double error = std::fabs(expected - seen);
  if (!std::isfinite(error)) return std::nullopt;
  ++rows_;
  const double mean = faded_weight_ > 0 ? faded_error_ / faded_weight_ : 0;
  faded_error_ = error + kErrorFading * faded_error_;
  faded_weight_ = 1 + kErrorFading * faded_weight_;
  if (rows_ <= kNumbersAfter || mean <= 0 || error <= kErrorRatio * mean || !is_time(now_us))
    return std::nullopt;
  return NumberSurprise{.expected = expected, .seen = seen, .error = error, .ratio = error / mean};
}

}  // namespace freshet
