#pragma once
#include <array>
#include <memory>

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
class Perceptron final : public GradientLinear {
 public:
  using Options = PerceptronOptions;
  static constexpr std::span<const OptionSpec> kOptions = kPerceptronOptions;

  /// `exhausted` when 2^bits weights are more than memory or the machine has.
  static Result<std::unique_ptr<Perceptron>> make(const PerceptronOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  Status check(const Example& x) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;

 private:
  explicit Perceptron(const PerceptronOptions& options) noexcept;
  double target(const Example& x) const noexcept override { return x.label[0] == 1 ? 1 : -1; }
  float link(double raw) const noexcept override;

  PerceptronOptions options_;
};

}  // namespace freshet
