#pragma once
/// The losses of `vw` and `ftrl`: value, slope, and the step that is right for an example of any importance.
///
/// A gradient step of an example with weight h isn't h steps of weight 1: it overshoots. The invariant step is where the flow
/// of infinitely many small steps ends: p(h) with dp/dh = -rate q slope(p), solved in closed form for each loss.
/// Values and slopes are float32 throughout, as Vowpal Wabbit's are: a logistic loss is exactly 0 beyond a margin of about
/// 16.6, and the example is then skipped.
/// Source: Karampatziakis, Langford, "Online Importance Weight Aware Updates", UAI 2011.

#include <cstdint>
#include <span>
#include <string_view>

namespace freshet {

/// Written to files by name.
enum class ImportanceLoss : uint8_t { squared, logistic, hinge, quantile };
inline constexpr std::string_view kImportanceLosses[] = {"squared", "logistic", "hinge",
                                                         "quantile"};

/// True for the losses of two classes, whose targets are -1 and 1.
constexpr bool is_of_classes(ImportanceLoss loss) noexcept {
  return loss == ImportanceLoss::logistic || loss == ImportanceLoss::hinge;
}

/// P(positive) of a raw score: 1 / (1 + e^-p).
float probability(float p) noexcept;

/// One loss at one score.
class LossAt {
 public:
  /// p: the score; y: the target. tau: of quantile.
  LossAt(ImportanceLoss loss, float tau, float p, float y) noexcept;

  float value() const noexcept { return value_; }
  float slope() const noexcept { return slope_; }  // d value / d p
  /// probability(p), to the bit; of `logistic` at the price of a quotient.
  float chance() const noexcept;
  /// How far the score shall move, divided by q: the invariant step u. e: rate times weight; q > 0: squared length of the
  /// example, in the metric of the learner.
  float invariant_step(float e, float q) const noexcept;

 private:
  ImportanceLoss loss_;
  float tau_, p_, y_;
  float value_ = 0, slope_ = 0;
  double odds_ = 1, small_odds_ = 1;  // logistic: exp(y p), exp(-|p|)
};

}  // namespace freshet
