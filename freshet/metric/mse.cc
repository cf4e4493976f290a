#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> mse_metric_entry;

namespace {

struct Mse {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return mse_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = static_cast<double>(predicted[0]) - static_cast<double>(truth[0]);
    return e * e;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> mse_metric_entry{
    .info = metric_info("mse", "Mean squared error.", "Gauss, Theoria motus, 1809"),
    .make = MeanMetric<Mse>::make};

}  // namespace freshet
