#pragma once

/// Running mean and variance of weighted numbers, exact to merge.
///
/// Holds the sum of weights, the mean and the sum of squared deviations: three doubles, O(1) for
/// each number, without the cancellation of sums of squares. Source: Welford 1962; West 1979
/// (weights); Chan, Golub, LeVeque 1979 (merge).
namespace freshet {

class Moments {
 public:
  constexpr Moments() noexcept = default;

  /// From saved state.  REQUIRES: what weight(), mean() and deviations() once returned.
  constexpr Moments(double weight, double mean, double deviations) noexcept
      : weight_(weight), mean_(mean), deviations_(deviations) {}

  /// weight >= 0; 0 changes nothing.
  constexpr void update(double value, double weight = 1) noexcept {
    if (!(weight > 0)) return;
    weight_ += weight;
    const double delta = value - mean_;
    mean_ += delta * (weight / weight_);
    deviations_ += weight * delta * (value - mean_);
  }

  /// Takes back an update. What rounding leaves over when little remains is set to zero.
  constexpr void revert(double value, double weight = 1) noexcept {
    if (!(weight > 0)) return;
    if (!(weight_ > weight)) {
      *this = {};
      return;
    }
    const double delta = value - mean_;
    weight_ -= weight;
    mean_ -= delta * (weight / weight_);
    deviations_ -= weight * delta * (value - mean_);
    if (deviations_ < 0) deviations_ = 0;
  }

  /// As if all updates of `other` had been made here.
  constexpr void merge(const Moments& other) noexcept {
    if (!(other.weight_ > 0)) return;
    if (!(weight_ > 0)) {
      *this = other;
      return;
    }
    const double weight = weight_ + other.weight_;
    const double delta = other.mean_ - mean_;
    mean_ += delta * (other.weight_ / weight);
    deviations_ += other.deviations_ + delta * delta * (weight_ * (other.weight_ / weight));
    weight_ = weight;
  }

  /// As if those of `part`, a subset of what was merged here, had never been: what a sibling holds.
  constexpr Moments without(const Moments& part) const noexcept {
    const double weight = weight_ - part.weight_;
    if (!(weight > 0)) return {};
    if (!(part.weight_ > 0)) return *this;
    const double mean = (weight_ * mean_ - part.weight_ * part.mean_) / weight;
    const double delta = part.mean_ - mean;
    const double deviations =
        deviations_ - part.deviations_ - delta * delta * (weight * (part.weight_ / weight_));
    return {weight, mean, deviations > 0 ? deviations : 0};
  }

  /// Multiplies all weights so far by `factor` in (0, 1]: forgetting.
  constexpr void fade(double factor) noexcept {
    weight_ *= factor;
    deviations_ *= factor;
  }

  constexpr double weight() const noexcept { return weight_; }
  constexpr double mean() const noexcept { return mean_; }  ///< 0 before the first update
  constexpr double deviations() const noexcept { return deviations_; }  ///< sum of w (x - mean)^2

  /// Divided by the weight: of the numbers seen themselves. 0 before the first update.
  constexpr double variance() const noexcept { return weight_ > 0 ? deviations_ / weight_ : 0; }

  /// Divided by the weight less one: of what they were drawn from. 0 while the weight is at most 1.
  constexpr double sample_variance() const noexcept {
    return weight_ > 1 ? deviations_ / (weight_ - 1) : 0;
  }

 private:
  double weight_ = 0, mean_ = 0, deviations_ = 0;
};

}  // namespace freshet
