#pragma once
/// Precision, recall and F scores: of the positive class, or of all classes as one number.

#include "freshet/metric/class_counts.h"

namespace freshet {

/// A class's row to its score.
using ClassScore = double (*)(const ClassCounts::Row& row, double beta) noexcept;

inline double precision_of(const ClassCounts::Row& row, double) noexcept {
  return ratio(row.hit, row.guess);
}
inline double recall_of(const ClassCounts::Row& row, double) noexcept {
  return ratio(row.hit, row.truth);
}
inline double f_of(const ClassCounts::Row& row, double beta) noexcept {
  const double b = beta * beta;
  return ratio((1 + b) * row.hit, b * row.truth + row.guess);
}

/// positive: that class's; macro: the mean over classes seen, true or guessed; micro: of the summed counts; weighted: the
/// mean by how often a class was true.
inline double averaged(const ClassCounts& c, Average average, ClassScore score,
                       double beta) noexcept {
  if (average == Average::positive) return score(c.row(c.positive), beta);
  if (average == Average::micro) return score({c.total, c.total, c.hits}, beta);
  double sum = 0, weights = 0;
  for (const ClassCounts::Row& row : c.rows) {
    if (!(row.truth > 0 || row.guess > 0)) continue;
    const double weight = average == Average::macro ? 1 : row.truth;
    sum += weight * score(row, beta);
    weights += weight;
  }
  return ratio(sum, weights);
}

struct BetaOptions {
  double beta = 1;
};

/// A metric of class_counts.h; Entry gives the Info, so that each name is one type.
template <const Entry<Metric>& kEntry, Average kAverage, ClassScore kScore, class OptionsOf>
struct AveragedScore {
  using Options = OptionsOf;
  static const Info& info() noexcept { return kEntry.info; }
  Options options;
  double of(const ClassCounts& c) const noexcept {
    if constexpr (requires { options.beta; }) return averaged(c, kAverage, kScore, options.beta);
    return averaged(c, kAverage, kScore, 1);
  }
};

}  // namespace freshet
