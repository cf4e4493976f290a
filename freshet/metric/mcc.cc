#include "freshet/base/math.h"
#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> mcc_metric_entry;

namespace {

struct Matthews {
  using Options = NoOptions;
  static const Info& info() noexcept { return mcc_metric_entry.info; }
  Options options;

  double of(const ClassCounts& c) const noexcept {
    // Of several classes: Gorodkin, Computational Biology and Chemistry 2004; of two it is Matthews' own.
    double both = 0, truth = 0, guess = 0;
    for (const ClassCounts::Row& row : c.rows) {
      both += row.truth * row.guess;
      truth += row.truth * row.truth;
      guess += row.guess * row.guess;
    }
    const double squares = (c.total * c.total - guess) * (c.total * c.total - truth);
    return squares > 0 ? (c.hits * c.total - both) / math_sqrt(squares) : 0;
  }
};

}  // namespace

constinit const Entry<Metric> mcc_metric_entry{
    .info = metric_info("mcc", "Matthews correlation of truth and guess, -1 to 1.",
                        "Matthews, Biochimica et Biophysica Acta 1975", "24 bytes a class"),
    .make = CountsMetric<Matthews>::make};

}  // namespace freshet
