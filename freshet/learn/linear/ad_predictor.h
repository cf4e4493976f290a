#pragma once
#include <array>

#include "freshet/core/learner.h"
#include "freshet/core/preset.h"
#include "freshet/learn/linear/linear_weights.h"

namespace freshet {

struct AdPredictorOptions {
  double beta = .1;
  double prior = .5;
  double epsilon = .1;
  uint32_t bits = 0;
  uint64_t memory = 0;

  bool operator==(const AdPredictorOptions&) const = default;
};
inline constexpr std::array kAdPredictorOptions{
    option<&AdPredictorOptions::beta>("beta", "Noise of a label: deviation of the score.", 1e-9,
                                      1e3),
    option<&AdPredictorOptions::prior>(
        "prior", "Share of positives expected of a feature that nothing is known of.", 1e-9,
        1 - 1e-9),
    option<&AdPredictorOptions::epsilon>(
        "epsilon", "How fast a weight drifts back to what was expected of it.", 0, 1),
    option<&AdPredictorOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&AdPredictorOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                        1e15, "bytes")};

/// Bayesian probit regression: for every weight a mean and how sure it is, so that rare features move far, old ones little.
///
/// Each weight starts at N(m0, 1), m0 = Phi^-1(prior) sqrt(beta^2 + 1). s^2 = beta^2 + sum x^2 var; P(positive) =
/// Phi(sum x mu / s). Learning y with t = y sum x mu / s, v = phi(t) / Phi(t), u = v (v + t): mu += y x v var / s; var *=
/// max(1e-9, 1 - x^2 u var / s^2); then the weights of present features drift: var' = var / ((1 - epsilon) + epsilon var),
/// mu' = var' ((1 - epsilon) mu / var + epsilon m0). No bias. O(features present); 8 bytes a weight, 16 for its name;
/// hashed: 8 times 2^bits. Made for nominal features: numbers want `scale` in front.
/// Source: Graepel, Candela, Borchert, Herbrich, "Web-Scale Bayesian Click-Through Rate Prediction for Sponsored Search
/// Advertising in Microsoft's Bing Search Engine", ICML 2010.
class AdPredictor final : public Preset<AdPredictor, AdPredictorOptions, Learner> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kAdPredictorOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return weights_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  /// Of sum x mu.
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// The product of both beliefs, the common prior counted once.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  friend Preset;
  struct Belief {
    double mean, variance;
  };
  /// Mean of the score, and its variance with the label's noise.
  struct Score {
    double mean, variance;
  };
  explicit AdPredictor(const AdPredictorOptions& options) noexcept;
  Belief belief(std::size_t at) const noexcept;
  Score score(const Example& x) const noexcept;
  void teach(std::size_t at, double value, double shift, double shrink) noexcept;
  bool same_kind(const Learner& other) const noexcept;
  Status start() noexcept;
  Status assign(const AdPredictor& from) noexcept;

  double mean_;            // m0
  LinearWeights weights_;  // means, variances; variance 0: not learned yet
  uint64_t skipped_ = 0;   // weights left alone because they would have become infinite
};

}  // namespace freshet
