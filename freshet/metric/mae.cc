#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> mae_metric_entry;

namespace {

struct Mae {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return mae_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = static_cast<double>(predicted[0]) - static_cast<double>(truth[0]);
    return math_abs(e);
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> mae_metric_entry{
    .info = metric_info("mae", "Mean absolute error.", "Willmott, Matsuura, Climate Research 2005"),
    .make = MeanMetric<Mae>::make};

}  // namespace freshet
