#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> rmse_metric_entry;

namespace {

struct Rmse {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return rmse_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = static_cast<double>(predicted[0]) - static_cast<double>(truth[0]);
    return e * e;
  }
  double finish(double mean) const noexcept { return math_sqrt(mean); }
};

}  // namespace

constinit const Entry<Metric> rmse_metric_entry{
    .info = metric_info("rmse", "Root of the mean squared error.", "Gauss, Theoria motus, 1809"),
    .make = MeanMetric<Rmse>::make};

}  // namespace freshet
