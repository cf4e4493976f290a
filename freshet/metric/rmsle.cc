#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> rmsle_metric_entry;

namespace {

double log1p_above_zero(float x) noexcept {
  return math_log1p(x > 0 ? static_cast<double>(x) : 0);
}

struct Rmsle {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return rmsle_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = log1p_above_zero(predicted[0]) - log1p_above_zero(truth[0]);
    return e * e;
  }
  double finish(double mean) const noexcept { return math_sqrt(mean); }
};

}  // namespace

constinit const Entry<Metric> rmsle_metric_entry{
    .info = metric_info(
        "rmsle", "Root of the mean squared difference of ln(1 + x); numbers below 0 count as 0.",
        "Kaggle, Heritage Health Prize, 2011"),
    .make = MeanMetric<Rmsle>::make};

}  // namespace freshet
