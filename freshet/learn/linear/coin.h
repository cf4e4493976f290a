#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/rateless_linear.h"

namespace freshet {

struct CoinOptions {
  RatelessLoss loss = RatelessLoss::logistic;
  double tau = .5;
  double alpha = 4;
  double beta = 1;
  uint32_t bits = 18;
  uint64_t memory = 0;
};
inline constexpr std::array kCoinOptions{
    option<&CoinOptions::loss>(
        "loss", "What a wrong score costs; squared and quantile learn numbers.", kRatelessLosses),
    option<&CoinOptions::tau>("tau", "Quantile that loss=quantile aims at.", 0, 1),
    option<&CoinOptions::alpha>("alpha", "What each weight begins to bet with.", 1e-6, 1e6),
    option<&CoinOptions::beta>("beta", "Least size of a gradient that is reckoned with.", 0, 1e6),
    option<&CoinOptions::bits>("bits", "Weights held: 2^bits, hashed.", 1, 30, "log2"),
    option<&CoinOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                 "bytes")};

/// A linear model without a learning rate: every weight bets on the sign of its next gradient, with what it has won so far.
///
/// Per weight theta, G, M, L, R; shared S, T. Predict, h the example's weight: m = max(M, |x|); w = theta (alpha + R) / (L m
/// (L m + G)), 0 if L m = 0; raw = sum w x / ((S + h sum (x/m)^2 + 1e-6) / (T + h)). Learn: M = m; if |g| > L: L = max(|g|,
/// beta), and w again; theta -= g x; G += |g x|; R -= g x w. O(features present); 32 bytes times 2^bits.
/// Source: Orabona, Tommasi, "Training Deep Networks without Learning Rates Through Coin Betting", NeurIPS 2017; the shared
/// mean of lengths is Vowpal Wabbit's (--coin).
class Coin final : public Preset<Coin, CoinOptions, RatelessLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kCoinOptions;

  const Info& info() const noexcept override;

 private:
  friend Preset;
  // Where a row holds what. Written to files: never change.
  enum Cell : uint32_t { theta, gradients, largest, slope_size, reward, cells };
  explicit Coin(const CoinOptions& options) noexcept;
  double weight(const float* row, double x) const noexcept override;
  double score(const Example& x, const Shared& shared, double& lengths) const noexcept override;
  void follow(const Example& x, double g) noexcept override;
};

}  // namespace freshet
