#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> accuracy_metric_entry;

namespace {

struct Accuracy {
  using Options = NoOptions;
  static const Info& info() noexcept { return accuracy_metric_entry.info; }
  Options options;
  double of(const ClassCounts& c) const noexcept { return c.hits / c.total; }
};

}  // namespace

constinit const Entry<Metric> accuracy_metric_entry{
    .info =
        metric_info("accuracy", "Share of examples whose class was guessed.",
                    "Dawid, Journal of the Royal Statistical Society A 1984", "24 bytes a class"),
    .make = CountsMetric<Accuracy>::make};

}  // namespace freshet
