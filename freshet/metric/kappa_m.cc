#include "freshet/base/math.h"
#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> kappa_m_metric_entry;

namespace {

struct KappaMajority {
  using Options = NoOptions;
  static const Info& info() noexcept { return kappa_m_metric_entry.info; }
  Options options;

  double of(const ClassCounts& c) const noexcept {
    double most = 0;
    for (const ClassCounts::Row& row : c.rows)
      most = row.truth > most ? row.truth : most;
    const double majority = most / c.total;
    return ratio(c.hits / c.total - majority, 1 - majority);
  }
};

}  // namespace

constinit const Entry<Metric> kappa_m_metric_entry{
    .info = metric_info("kappa_m", "Accuracy beyond that of always naming the most frequent class.",
                        "Bifet et al., KDD 2015", "24 bytes a class"),
    .make = CountsMetric<KappaMajority>::make};

}  // namespace freshet
