#pragma once
#include <array>
#include <memory>

#include "freshet/learn/factor/factor_machine.h"

namespace freshet {

struct FmOptions {
  uint32_t factors = 8;
  uint32_t bits = 18;
  FactorLoss loss = FactorLoss::logistic;
  FactorOptimizer optimizer = FactorOptimizer::adagrad;
  double learning_rate = .1;
  double factor_rate = .01;
  double intercept_rate = .01;
  double l2 = 0, factor_l2 = 0;
  double init = .01;
  double clip = 1e12;
  uint32_t seed = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kFmOptions{
    option<&FmOptions::factors>("factors", "Length of each feature's vector.", 1, 256),
    option<&FmOptions::bits>("bits", "Rows held: 2^bits, hashed.", 1, 30, "log2"),
    option<&FmOptions::loss>("loss", "logistic: two classes; squared: numbers.", kFactorLosses),
    option<&FmOptions::optimizer>("optimizer", "How weights and factors follow the gradient.",
                                  kFactorOptimizers),
    option<&FmOptions::learning_rate>("learning_rate", "Step size of the weights.", 1e-9, 1e3),
    option<&FmOptions::factor_rate>("factor_rate", "Step size of the factors.", 1e-9, 1e3),
    option<&FmOptions::intercept_rate>("intercept_rate",
                                       "Step size of the bias, which is plain sgd.", 0, 1),
    option<&FmOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&FmOptions::factor_l2>("factor_l2", "Penalty on squared factors.", 0, 1e6),
    option<&FmOptions::init>("init", "Deviation of a factor when its feature is first learned.", 0,
                             1e3),
    option<&FmOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0, 1e30),
    option<&FmOptions::seed>("seed", "Of the first factors.", 0, 4294967295.0),
    option<&FmOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                               "bytes")};

/// Factorization machine: a linear model and, for every pair of features present, the product of their vectors.
///
/// y = b + w'x + .5 sum_k (s_k^2 - sum_i v_ik^2 x_i^2), s_k = sum_i v_ik x_i: all pairs at the cost of one pass, O(features
/// present times factors). dv_ik = g x_i (s_k - v_ik x_i), s_k from before the update. A row that never learned counts as zero.
/// Sums are f64, rows f32. 4 (1 + factors) 2^bits bytes, twice that with adagrad, thrice with ftrl; pages never learned cost
/// nothing.
/// Source: Rendle, "Factorization Machines", ICDM 2010.
class Fm final : public FactorMachine {
 public:
  using Options = FmOptions;
  static constexpr std::span<const OptionSpec> kOptions = kFmOptions;

  /// `exhausted` when 2^bits rows are more than memory or the machine has.
  static Result<std::unique_ptr<Fm>> make(const FmOptions& options = {},
                                          const TableMemory* memory = nullptr) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void prefetch(const Example& x) const noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;

 private:
  Fm(const FmOptions& options, const TableMemory* memory) noexcept;
  template <class Load, uint32_t kFactors>
  double sums(const Example& x, double* s) const noexcept;
  template <class Load>
  double raw(const Example& x, double* s) const noexcept;
  template <uint32_t kFactors>
  void follow(const Example& x, const double* s, double g) noexcept;

  FmOptions options_;
};

}  // namespace freshet
