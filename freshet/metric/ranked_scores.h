#pragma once
/// Scores of the positive class with their truth: what areas under curves are computed from.

#include <cstdint>
#include <span>
#include <vector>

#include "freshet/core/checkpoint.h"
#include "freshet/metric/sum_metric.h"

namespace freshet {

/// The last `size` scores.
class RankedScores {
 public:
  struct Item {
    double score, weight;
    bool positive;
  };
  explicit RankedScores(uint32_t size) noexcept : size_(size) {}

  void push(const Item& item) noexcept;
  /// Takes back the oldest push that is still there; one that has left by itself is forgotten instead.
  void pop() noexcept;
  void multiply(double factor) noexcept;
  void clear() noexcept;
  bool empty() const noexcept { return count_ == 0; }

  /// Chance that a positive scores above a negative, ties counting half; NaN without both.
  double area_under_roc() const noexcept;
  /// Mean over positives of the precision at their score; NaN without positives.
  double average_precision() const noexcept;

  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;

 private:
  std::vector<Item> sorted() const;

  std::vector<Item> ring_;  // grows to size_
  uint32_t size_, oldest_ = 0, count_ = 0;
  uint64_t left_ = 0;  // pushed out by later ones
};

/// State and plumbing of metrics over RankedScores.
class RankedMetric : public SumMetric {
 public:
  explicit RankedMetric(uint32_t window) noexcept : scores_(window) {}
  Label label() const noexcept final { return Label::one_class; }
  void set_positive(uint32_t id) noexcept final { positive_ = id; }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept final;
  void add(const Contribution& c, double times) noexcept override;
  void multiply(double factor) noexcept override { scores_.multiply(factor); }
  /// `unsupported`: the order of the two is lost.
  Status merge(const Metric& same_kind) noexcept override;
  void reset() noexcept override { scores_.clear(); }
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 protected:
  const RankedScores& scores() const noexcept { return scores_; }
  uint32_t positive() const noexcept { return positive_; }

 private:
  RankedScores scores_;
  uint32_t positive_ = 1;
};

}  // namespace freshet
