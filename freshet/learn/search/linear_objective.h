#pragma once
/// What a linear model costs, as a function to be searched: of all examples seen, or of the latest ones.
///
/// A point v is a linear model in standardised coordinates, w_i = v_i sd_y / sd_i, so that a step of one size suits every
/// feature and data that go on moving the moments move the model with them.
/// Squared loss needs no rows: with means and centred second moments of (x, y) (Welford; `halflife` fades them) the cost of
/// all data is 1 - 2 v'r + v'Rv + penalty / SS_y, R and r correlations, SS_y the centred sum of squares: O(d^2) however many
/// examples there were; the intercept is mean_y - w'mean_x. Other losses are summed over a ring of the latest `window` rows,
/// O(window d), and have the intercept as a coordinate of its own, the first.
/// A feature that comes later was 0 before. Absent features are 0.

#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/core/dictionary.h"
#include "freshet/core/learner.h"
#include "freshet/learn/linear/loss.h"

namespace freshet {

enum class SearchLoss : uint8_t {
  squared,
  absolute,
  quantile,
  epsilon,
  huber,
  poisson,
  logistic,
  hinge
};
enum class SearchPenalty : uint8_t { none, l1, l2, elasticnet };
inline constexpr std::string_view kSearchLosses[] = {"squared", "absolute", "quantile", "epsilon",
                                                     "huber",   "poisson",  "logistic", "hinge"};
inline constexpr std::string_view kSearchPenalties[] = {"none", "l1", "l2", "elasticnet"};

struct ObjectiveSettings {
  SearchLoss loss = SearchLoss::squared;
  LossShape shape;
  SearchPenalty penalty = SearchPenalty::none;
  double alpha = 1e-4;
  double l1_ratio = .15;
  double halflife = 0;  // examples; 0: nothing fades
  uint32_t window = 256;

  bool operator==(const ObjectiveSettings&) const = default;
};

class LinearObjective {
 public:
  static constexpr uint32_t kMostFeatures = 256;

  LinearObjective(const ObjectiveSettings& settings, Pool& pool) noexcept;

  const ObjectiveSettings& settings() const noexcept { return settings_; }
  bool uses_rows() const noexcept { return settings_.loss != SearchLoss::squared; }
  bool is_of_classes() const noexcept {
    return settings_.loss == SearchLoss::logistic || settings_.loss == SearchLoss::hinge;
  }
  const Dictionary& dictionary() const noexcept { return dictionary_; }
  uint32_t features() const noexcept { return dictionary_.size(); }
  /// Of a point: the features by row, behind the intercept where rows are used.
  uint32_t dimensions() const noexcept { return features() + (uses_rows() ? 1 : 0); }

  /// Names every feature of x and takes room for them; false at the limit, and nothing changed. Then either fit() makes them
  /// coordinates, or drop_names(the number there was) takes them back.
  bool add_names(const Example& x) noexcept;
  void drop_names(uint32_t features) noexcept { dictionary_.shrink(features); }
  void fit() noexcept;
  /// Takes an example in.  REQUIRES: its features fit. y: the target, or -1 and 1.
  void add(const Example& x, double y) noexcept;

  /// The cost of a point; counted. Finite, whatever the point.
  double value(std::span<const double> v) noexcept;
  uint64_t evaluations() const noexcept { return evaluations_; }
  /// The model at a point: intercept, then weights by row.  shape [1 + features]
  void model_at(std::span<const double> v, std::span<float> out) noexcept;
  /// The point of a model.  shape [1 + features] in, [dimensions] out.
  void point_of(std::span<const float> model, std::span<double> out) noexcept;
  /// raw score of a model.  shape [1 + features]
  double raw(std::span<const float> model, const Example& x) const noexcept;

  /// Joins the moments exactly; rows stay this one's. False without room: unusable then.
  bool merge(const LinearObjective& other) noexcept;
  /// The row of another objective's feature here; it must have been merged.
  uint32_t row_of(const LinearObjective& other, uint32_t row) const noexcept {
    return dictionary_.find(other.dictionary_.keys()[row]);
  }
  bool assign(const LinearObjective& from) noexcept;
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader, const char* wrong) noexcept;

 private:
  bool reserve(std::size_t rows) noexcept;
  void spread(const Example& x) noexcept;
  void fade() noexcept;
  void add_moments(double y, double weight) noexcept;
  void add_row(double y, double weight) noexcept;
  double scale_of_target() const noexcept;
  double cost_of_moments(std::span<const double> v) noexcept;
  double cost_of_rows(std::span<const double> v) noexcept;
  double penalty() const noexcept;
  void raw_model(std::span<const double> v) noexcept;

  ObjectiveSettings settings_;
  Dictionary dictionary_;
  double weight_ = 0, mean_y_ = 0, squares_y_ = 0;  // squares_y: centred sum
  PoolArray<double> mean_;                          // by row
  PoolArray<double>
      squares_;  // centred products, lower triangle by rows: (i, j) at i (i + 1) / 2 + j
  PoolArray<double> cross_;  // the same with y
  PoolArray<float> rows_;    // the ring: shape [rows, features], targets and weights beside it
  PoolArray<float> targets_, weights_;
  uint32_t next_row_ = 0;
  double intercept_ = 0;              // of the point being looked at
  PoolArray<double> slopes_, x_, d_;  // its slopes; scratch of the example being learned
  uint64_t evaluations_ = 0;
};

}  // namespace freshet
