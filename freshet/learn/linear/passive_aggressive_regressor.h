#pragma once
#include <array>
#include <memory>

#include "freshet/learn/linear/aggressive_linear.h"

namespace freshet {

struct PassiveAggressiveRegressorOptions {
  double c = 1;
  uint32_t mode = 1;
  double eps = .1;
  uint32_t bits = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kPassiveAggressiveRegressorOptions{
    option<&PassiveAggressiveRegressorOptions::c>(
        "c", "Largest step (mode 1), or how soft it is (mode 2).", 1e-9, 1e6),
    option<&PassiveAggressiveRegressorOptions::mode>(
        "mode", "0: until right; 1: at most c; 2: softened by c.", 0, 2),
    option<&PassiveAggressiveRegressorOptions::eps>(
        "eps", "Half width of the tube in which nothing is learned.", 0, 1e6),
    option<&PassiveAggressiveRegressorOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&PassiveAggressiveRegressorOptions::memory>(
        "memory", "Most bytes its state may take; 0: no limit.", 0, 1e15, "bytes")};

/// Passive-aggressive regression: moves just far enough that the error leaves the tube of width 2 eps.
///
/// No rate to choose. O(features present); 4 bytes a weight, 16 for its name;
/// hashed: 4 times 2^bits. Features of very different scale want `scale` in front.
/// Source: see aggressive_linear.h.
class PassiveAggressiveRegressor final : public AggressiveLinear {
 public:
  using Options = PassiveAggressiveRegressorOptions;
  static constexpr std::span<const OptionSpec> kOptions = kPassiveAggressiveRegressorOptions;

  /// `exhausted` when 2^bits weights are more than memory or the machine has.
  static Result<std::unique_ptr<PassiveAggressiveRegressor>> make(
      const PassiveAggressiveRegressorOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::number; }
  Status check(const Example& x) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;

 private:
  explicit PassiveAggressiveRegressor(const PassiveAggressiveRegressorOptions& options) noexcept;
  Wrong wrong(double raw, const Example& x) const noexcept override;
  float link(double raw) const noexcept override;

  PassiveAggressiveRegressorOptions options_;
};

}  // namespace freshet
