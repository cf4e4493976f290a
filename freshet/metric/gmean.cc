#include "freshet/base/math.h"
#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> gmean_metric_entry;

namespace {

struct GeometricMean {
  using Options = NoOptions;
  static const Info& info() noexcept { return gmean_metric_entry.info; }
  Options options;

  double of(const ClassCounts& c) const noexcept {
    double logs = 0, classes = 0;
    for (const ClassCounts::Row& row : c.rows) {
      if (!(row.truth > 0)) continue;
      if (!(row.hit > 0)) return 0;
      logs += math_log(row.hit / row.truth);
      classes++;
    }
    return classes > 0 ? math_exp(logs / classes) : 0;
  }
};

}  // namespace

constinit const Entry<Metric> gmean_metric_entry{
    .info = metric_info("gmean", "Geometric mean of the recalls of the classes seen.",
                        "Kubat, Matwin, ICML 1997", "24 bytes a class"),
    .make = CountsMetric<GeometricMean>::make};

}  // namespace freshet
