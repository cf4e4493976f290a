#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> log_loss_metric_entry;

namespace {

struct LogLoss {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::one_class;
  static const Info& info() noexcept { return log_loss_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    constexpr double kLeast = 1e-15;
    const double p = class_probability(predicted, true_class(truth));
    return -math_log(p < kLeast ? kLeast : p > 1 - kLeast ? 1 - kLeast : p);
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> log_loss_metric_entry{
    .info = metric_info("log_loss",
                        "Mean of -ln of the probability given to the true class, clipped at 1e-15.",
                        "Good, Journal of the Royal Statistical Society B 1952"),
    .make = MeanMetric<LogLoss>::make};

}  // namespace freshet
