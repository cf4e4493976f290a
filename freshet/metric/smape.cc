#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> smape_metric_entry;

namespace {

struct Smape {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return smape_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double y = static_cast<double>(truth[0]), p = static_cast<double>(predicted[0]);
    const double size = math_abs(y) + math_abs(p);
    return size > 0 ? 200 * math_abs(p - y) / size : 0;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> smape_metric_entry{
    .info = metric_info("smape",
                        "Symmetric mean absolute percentage error: 200 |e| / (|y| + |p|), 0/0 = 0.",
                        "Makridakis, International Journal of Forecasting 1993"),
    .make = MeanMetric<Smape>::make};

}  // namespace freshet
