#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> log_loss_metric_entry;

namespace {

struct LogLoss {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::one_class;
  static const Info& info() noexcept { return log_loss_metric_entry.info; }
  static constexpr double kLeast = 1e-15;
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double p = class_probability(predicted, true_class(truth));
    // -ln of the bounds themselves: a baseline that is always certain asks for nothing else.
    if (p < kLeast) return 34.538776394910684;
    if (p > 1 - kLeast) return 9.992007221626415e-16;
    return -math_log(p);
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
