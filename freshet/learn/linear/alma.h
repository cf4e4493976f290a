#pragma once
#include <array>

#include "freshet/core/learner.h"
#include "freshet/core/preset.h"
#include "freshet/learn/linear/linear_weights.h"

namespace freshet {

struct AlmaOptions {
  double p = 2;
  double alpha = .9;
  double b = 1 / .9;
  double c = 1.4142135623730951;
  uint32_t bits = 0;
  uint64_t memory = 0;

  bool operator==(const AlmaOptions&) const = default;
};
inline constexpr std::array kAlmaOptions{
    option<&AlmaOptions::p>("p", "Norm in which the weights are held at 1.", 1.1, 4),
    option<&AlmaOptions::alpha>("alpha", "Share of the margin that is wanted at least.", 0, 1),
    option<&AlmaOptions::b>("b", "How large a margin it begins with.", 1e-9, 1e3),
    option<&AlmaOptions::c>("c", "How large a step it begins with.", 1e-9, 1e3),
    option<&AlmaOptions::bits>("bits", "Weights held: 2^bits, hashed; 0: a dictionary that grows.",
                               0, 30, "log2"),
    option<&AlmaOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                 "bytes")};

/// Approximate large margin classification: steps and the margin asked for shrink with the mistakes made, the weights' norm
/// is held at 1.
///
/// k = 1; gamma = b sqrt(p-1) / sqrt k; if y raw < (1-alpha) gamma: w += c / (sqrt(p-1) sqrt k) y x; w /= max(1, |w|_p);
/// k += 1. No bias. Predicts P(positive) = 1 / (1 + e^-raw).
/// O(features present): the weights are kept times a factor, so that a norm costs what changed; the factor is multiplied in
/// about once in a millionfold growth. A weight is the sum of two floats: mistakes are counted at a margin that only the
/// second one tells from rounding. 8 bytes a weight, 16 for its name; hashed: 8 times 2^bits.
/// Source: Gentile, "A New Approximate Maximal Margin Classification Algorithm", JMLR 2001.
class Alma final : public Preset<Alma, AlmaOptions, Learner> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kAlmaOptions;

  const Info& info() const noexcept override;
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return weights_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by the steps taken.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  friend Preset;
  // w = scale v. Bytes of the file: the order of what save() writes as "state" never changes.
  struct State {
    double scale = 1;
    double norm = 0;  // sum |v|^p
    double peak = 0;  // its largest value since it was last added up: how much rounding it may hold
    double steps = 1;  // k
  };
  explicit Alma(const AlmaOptions& options) noexcept;
  double raw(const Example& x) const noexcept;
  double power(double v) const noexcept;
  double weight(std::size_t at) const noexcept {
    return static_cast<double>(weights_.array(0)[at]) + static_cast<double>(weights_.array(1)[at]);
  }
  void set_weight(std::size_t at, double v) noexcept;
  void step(const Example& x, double length) noexcept;
  void normalise() noexcept;
  void fold() noexcept;
  bool same_kind(const Learner& other) const noexcept;
  Status start() noexcept;
  Status assign(const Alma& from) noexcept;

  LinearWeights weights_;  // v, and what rounding v to a float left over
  State state_;
  uint64_t skipped_ = 0;  // weights left alone because they would have become infinite
};

}  // namespace freshet
