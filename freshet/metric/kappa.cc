#include "freshet/base/math.h"
#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> kappa_metric_entry;

namespace {

struct Kappa {
  using Options = NoOptions;
  static const Info& info() noexcept { return kappa_metric_entry.info; }
  Options options;

  double of(const ClassCounts& c) const noexcept {
    double chance = 0;
    for (const ClassCounts::Row& row : c.rows)
      chance += row.truth * row.guess;
    chance /= c.total * c.total;
    return ratio(c.hits / c.total - chance, 1 - chance);
  }
};

}  // namespace

constinit const Entry<Metric> kappa_metric_entry{
    .info =
        metric_info("kappa", "Accuracy beyond that of guessing by chance: (po - pe) / (1 - pe).",
                    "Cohen, Educational and Psychological Measurement 1960", "24 bytes a class"),
    .make = CountsMetric<Kappa>::make};

}  // namespace freshet
