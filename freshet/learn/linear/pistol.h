#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/rateless_linear.h"

namespace freshet {

struct PistolOptions {
  RatelessLoss loss = RatelessLoss::logistic;
  double tau = .5;
  double alpha = 1;
  double beta = .5;
  uint32_t bits = 18;
  uint64_t memory = 0;
};
inline constexpr std::array kPistolOptions{
    option<&PistolOptions::loss>(
        "loss", "What a wrong score costs; squared and quantile learn numbers.", kRatelessLosses),
    option<&PistolOptions::tau>("tau", "Quantile that loss=quantile aims at.", 0, 1),
    option<&PistolOptions::alpha>("alpha", "How slowly weights leave zero.", 1e-6, 1e6),
    option<&PistolOptions::beta>("beta", "Scale of the weights.", 1e-6, 1e6),
    option<&PistolOptions::bits>("bits", "Weights held: 2^bits, hashed.", 1, 30, "log2"),
    option<&PistolOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                   "bytes")};

/// A linear model without a learning rate: each weight follows from the sums of its gradients alone.
///
/// Per weight theta, G, M. M = max(M, |x|); t = 1 / (alpha M (G + M)); w = sqrt(G) beta theta t e^(theta^2 t / 2); theta -= g
/// x; G += |g x|. O(features present); 16 bytes times 2^bits.
/// Source: Orabona, "Simultaneous Model Selection and Optimization through Parameter-free Stochastic Learning", NeurIPS 2014.
class Pistol final : public Preset<Pistol, PistolOptions, RatelessLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kPistolOptions;

  const Info& info() const noexcept override;

 private:
  friend Preset;
  // Where a row holds what. Written to files: never change.
  enum Cell : uint32_t { theta, gradients, largest, cells };
  explicit Pistol(const PistolOptions& options) noexcept;
  double weight(const float* row, double x) const noexcept override;
  double score(const Example& x, const Shared& shared, double& lengths) const noexcept override;
  void follow(const Example& x, double g) noexcept override;
};

}  // namespace freshet
