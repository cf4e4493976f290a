#include "freshet/base/math.h"
#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> balanced_accuracy_metric_entry;

namespace {

struct BalancedAccuracy {
  using Options = NoOptions;
  static const Info& info() noexcept { return balanced_accuracy_metric_entry.info; }
  Options options;

  double of(const ClassCounts& c) const noexcept {
    double sum = 0, classes = 0;
    for (const ClassCounts::Row& row : c.rows) {
      if (!(row.truth > 0)) continue;
      sum += row.hit / row.truth;
      classes++;
    }
    return ratio(sum, classes);
  }
};

}  // namespace

constinit const Entry<Metric> balanced_accuracy_metric_entry{
    .info = metric_info("balanced_accuracy", "Mean of the recalls of the classes seen.",
                        "Brodersen et al., ICPR 2010", "24 bytes a class"),
    .make = CountsMetric<BalancedAccuracy>::make};

}  // namespace freshet
