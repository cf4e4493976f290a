#pragma once
#include <array>
#include <memory>

#include "freshet/core/dictionary.h"
#include "freshet/core/learner.h"

namespace freshet {

struct BayesianLinearOptions {
  double alpha = 1;
  double beta = 1;
  double smoothing = 0;
  uint64_t memory = 0;

  bool operator==(const BayesianLinearOptions&) const = default;
};
inline constexpr std::array kBayesianLinearOptions{
    option<&BayesianLinearOptions::alpha>(
        "alpha", "How sure it is at the start that weights are 0: precision of the prior.", 1e-9,
        1e6),
    option<&BayesianLinearOptions::beta>("beta", "How exact targets are: 1 / their variance.", 1e-9,
                                         1e6),
    option<&BayesianLinearOptions::smoothing>(
        "smoothing", "How much the past counts, per example, for weights that drift; 0: fully.", 0,
        1),
    option<&BayesianLinearOptions::memory>("memory", "Most bytes its state may take; 0: no limit.",
                                           0, 1e15, "bytes")};

/// Bayesian linear regression: the normal distribution over weights that prior and all examples leave.
///
/// Precision alpha I + beta sum x x', its inverse S by Sherman and Morrison; predicts the mean m'x, whose variance() is
/// 1/beta + x'Sx. With smoothing s: precision = s precision + (1-s) beta x x'. No bias: add a constant feature where one is
/// wanted. O(d^2) an example and 8 d^2 bytes, d <= 4096 features; f64. A feature may come at any time.
/// Source: Bishop, Pattern Recognition and Machine Learning, 2006, eq. 3.49-3.59.
class BayesianLinear final : public Learner {
 public:
  using Options = BayesianLinearOptions;
  static constexpr std::span<const OptionSpec> kOptions = kBayesianLinearOptions;
  static constexpr uint32_t kMostFeatures = 4096;

  explicit BayesianLinear(const BayesianLinearOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  uint32_t traits() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::number; }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  /// Variance of a target at x: of its noise, and of what isn't known of the weights.  O(features present squared)
  double variance(const Example& x) const noexcept;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Exact: precisions add, the common prior counted once. `unsupported` with smoothing: order matters there.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  /// Triangles hold entry (i, j), j <= i, at i (i + 1) / 2 + j.
  static std::size_t place(std::size_t i, std::size_t j) noexcept {
    return i < j ? j * (j + 1) / 2 + i : i * (i + 1) / 2 + j;
  }
  double raw(const Example& x) const noexcept;
  bool admit(const Example& x) noexcept;
  bool fit(std::size_t features) noexcept;
  void spread(const Example& x) noexcept;
  double times_covariance() noexcept;
  bool solve() noexcept;
  bool assign(const BayesianLinear& from) noexcept;

  BayesianLinearOptions options_;
  Pool pool_;
  Dictionary dictionary_;
  PoolArray<double> mean_;        // by row
  PoolArray<double> moment_;      // precision times mean
  PoolArray<double> covariance_;  // S, lower triangle by rows
  PoolArray<double> precision_;   // the same of its inverse: what merges exactly
  PoolArray<double> x_, sx_;      // of the example being learned
  uint64_t skipped_ = 0;          // examples left out: the step would have been infinite
};

}  // namespace freshet
