#pragma once
#include <array>
#include <memory>
#include <vector>

#include "freshet/core/check.h"
#include "freshet/core/dictionary.h"
#include "freshet/core/learner.h"

namespace freshet {

struct NaiveBayesOptions {
  uint64_t memory = 0;
};
inline constexpr std::array kNaiveBayesOptions{option<&NaiveBayesOptions::memory>(
    "memory", "Most bytes its state may take; 0: no limit.", 0, 1e15, "bytes")};

/// Naive Bayes: each feature is independent of the others within a class.
///
/// Numeric features are Gaussian within a class (sample variance); nominal ones count: (n_cv + 1) / (n_c + V + 1), n_c the
/// weight of class c with that feature, V its categories so far. Score = ln prior + sum ln(1e-9 + density); a density is 0
/// with variance 0, under two values, or for a feature never seen with the class. Wants unscaled input; absent features are
/// skipped. O(features x classes); 40 bytes for each numeric feature and class, 8 for each category and class.
/// Source: Maron, JACM 1961; John, Langley, UAI 1995 (Gaussians).
class NaiveBayes final : public Learner {
 public:
  using Options = NaiveBayesOptions;
  static constexpr std::span<const OptionSpec> kOptions = kNaiveBayesOptions;

  explicit NaiveBayes(const NaiveBayesOptions& options = {}) noexcept;
  ~NaiveBayes() override;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override { return class_outputs(classes_.size()); }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Exact, to rounding.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  /// Weighted moments of a feature within a class, and what the density needs of them (derived, not saved).
  struct Gaussian {
    double weight, mean, deviations;
    double height;  // 1 / sqrt(2 pi v); 0: no density
    double rate;    // 1 / (2 v)

    void update(double x, double w) noexcept;
    void refresh() noexcept;
  };
  struct Class {
    explicit Class(Pool& pool) noexcept : numeric(pool), counts(pool), totals(pool) {}
    double weight = 0;
    PoolArray<Gaussian> numeric;  // by row of numeric_
    PoolArray<double> counts;     // by row of pairs_
    PoolArray<double> totals;     // by row of nominal_
  };

  double score(const Class& c, const Example& x) const noexcept;
  bool admit(const Example& x, std::size_t label) noexcept;
  bool add_class() noexcept;
  bool add_pair(uint32_t feature, uint32_t category) noexcept;
  bool fit(Class& c) noexcept;
  bool assign(const NaiveBayes& from) noexcept;

  NaiveBayesOptions options_;
  Pool pool_;
  Dictionary numeric_;                // feature -> row
  Dictionary nominal_;                // feature -> row
  Dictionary pairs_;                  // mix(feature, category) -> row
  PoolArray<uint32_t> pair_feature_;  // by pair: row of nominal_
  PoolArray<uint32_t> categories_;    // by row of nominal_: V
  std::vector<Class*> classes_;       // by id, in the pool
  double weight_ = 0;
};

}  // namespace freshet
