#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> mape_metric_entry;

namespace {

struct Mape {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return mape_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = static_cast<double>(predicted[0]) - static_cast<double>(truth[0]);
    const double y = math_abs(static_cast<double>(truth[0]));
    return y > 0 ? 100 * math_abs(e) / y : e == 0 ? 0 : 100;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> mape_metric_entry{
    .info = metric_info(
        "mape",
        "Mean absolute error in percent of the truth; an error where the truth is 0 counts 100.",
        "Makridakis, International Journal of Forecasting 1993"),
    .make = MeanMetric<Mape>::make};

}  // namespace freshet
