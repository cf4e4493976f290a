#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> brier_metric_entry;

namespace {

struct Brier {
  using Options = NoOptions;
  static constexpr Label kLabel = Label::one_class;
  static const Info& info() noexcept { return brier_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const uint32_t y = true_class(truth);
    if (predicted.size() == 1) {
      const double miss = 1 - class_probability(predicted, y);
      return 2 * miss * miss;
    }
    double sum = y < predicted.size() ? 0 : 1;
    for (uint32_t k = 0; k < predicted.size(); k++) {
      const double e = static_cast<double>(predicted[k]) - (k == y ? 1 : 0);
      sum += e * e;
    }
    return sum;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> brier_metric_entry{
    .info = metric_info(
        "brier",
        "Mean squared distance of the probabilities to the truth, summed over classes: 0 to 2.",
        "Brier, Monthly Weather Review 1950"),
    .make = MeanMetric<Brier>::make};

}  // namespace freshet
