#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/linear/gradient_linear.h"

namespace freshet {

struct PerceptronOptions {
  double learning_rate = 1;
  double l1 = 0, l2 = 0;
  double clip = 1e12;
  uint32_t bits = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kPerceptronOptions{
    option<&PerceptronOptions::learning_rate>("learning_rate", "Step size of the weights.", 1e-9,
                                              1e3),
    option<&PerceptronOptions::l1>("l1", "Cumulative penalty on absolute weights.", 0, 1e6),
    option<&PerceptronOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&PerceptronOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0,
                                     1e30),
    option<&PerceptronOptions::bits>(
        "bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&PerceptronOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                       1e15, "bytes")};

/// The perceptron: adds an example it got wrong to its weights, and forgets those it got right at once.
///
/// Where y raw <= 0: w += rate y x, b += y. Predicts P(positive) = 1 / (1 + e^-raw). O(features present); 4 bytes a weight,
/// 16 for its name; hashed: 4 times 2^bits. Suits streams whose classes come in runs, and separable ones.
/// Source: Rosenblatt, Psychological Review 1958.
class Perceptron final : public Preset<Perceptron, PerceptronOptions, GradientLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kPerceptronOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::one_class; }

 private:
  friend Preset;
  explicit Perceptron(const PerceptronOptions& options) noexcept;
};

}  // namespace freshet
