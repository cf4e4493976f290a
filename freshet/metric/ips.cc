#include "freshet/metric/decision_truth.h"
#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> ips_metric_entry;

namespace {

struct Ips {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::decision;
  static const Info& info() noexcept { return ips_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const DecisionTruth d(truth, predicted);
    return d.ratio() * d.cost;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> ips_metric_entry{
    .info = metric_info("ips", "Cost of a policy, from decisions of another: mean of pi cost / p.",
                        "Horvitz, Thompson, JASA 1952"),
    .make = MeanMetric<Ips>::make};

}  // namespace freshet
