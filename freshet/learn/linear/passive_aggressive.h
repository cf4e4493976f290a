#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/aggressive_linear.h"

namespace freshet {

struct PassiveAggressiveOptions {
  double c = 1;
  uint32_t mode = 1;
  uint32_t bits = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kPassiveAggressiveOptions{
    option<&PassiveAggressiveOptions::c>("c", "Largest step (mode 1), or how soft it is (mode 2).",
                                         1e-9, 1e6),
    option<&PassiveAggressiveOptions::mode>(
        "mode", "0: until right; 1: at most c; 2: softened by c.", 0, 2),
    option<&PassiveAggressiveOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&PassiveAggressiveOptions::memory>(
        "memory", "Most bytes its state may take; 0: no limit.", 0, 1e15, "bytes")};

/// Passive-aggressive classification of two classes: moves just far enough that the margin is 1.
///
/// Predicts P(positive) = 1 / (1 + e^-raw), raw the margin; 0.5 before any label. No rate to choose. O(features present); 4 bytes a weight, 16 for its name;
/// hashed: 4 times 2^bits. Features of very different scale want `scale` in front.
/// Source: see aggressive_linear.h.
class PassiveAggressive final
    : public Preset<PassiveAggressive, PassiveAggressiveOptions, AggressiveLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kPassiveAggressiveOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::one_class; }

 private:
  friend Preset;
  explicit PassiveAggressive(const PassiveAggressiveOptions& options) noexcept;
  Wrong wrong(double raw, const Example& x) const noexcept override;
};

}  // namespace freshet
