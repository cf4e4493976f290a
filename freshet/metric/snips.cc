#include "freshet/metric/decision_truth.h"
#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> snips_metric_entry;

namespace {

struct Snips {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::decision;
  static const Info& info() noexcept { return snips_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    return DecisionTruth(truth, predicted).cost;
  }
  /// What an example counts: a mean of costs weighted so is the ratio of both sums.
  double share(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    return DecisionTruth(truth, predicted).ratio();
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> snips_metric_entry{
    .info = metric_info("snips",
                        "Cost of a policy: ips divided by the mean of pi / p, which steadies it.",
                        "Swaminathan, Joachims, NeurIPS 2015"),
    .make = MeanMetric<Snips>::make};

}  // namespace freshet
