#pragma once
#include <array>

#include "freshet/core/preset.h"
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
class PassiveAggressiveRegressor final
    : public Preset<PassiveAggressiveRegressor, PassiveAggressiveRegressorOptions,
                    AggressiveLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kPassiveAggressiveRegressorOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::number; }

 private:
  friend Preset;
  explicit PassiveAggressiveRegressor(const PassiveAggressiveRegressorOptions& options) noexcept;
  Wrong wrong(double raw, const Example& x) const noexcept override;
};

}  // namespace freshet
