#pragma once
#include <array>
#include <memory>
#include <vector>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"
#include "freshet/learn/linear/gradient_step.h"

namespace freshet {

struct SoftmaxOptions {
  LinearOptimizer optimizer = LinearOptimizer::sgd;
  double learning_rate = 0;
  RateSchedule schedule = RateSchedule::constant;
  double l1 = 0, l2 = 0;
  double clip = 1e12;
  uint32_t bits = 0;
  uint64_t memory = 0;

  bool operator==(const SoftmaxOptions&) const = default;
};
inline constexpr std::array kSoftmaxOptions{
    option<&SoftmaxOptions::optimizer>("optimizer", "How weights follow the gradient.",
                                       kLinearOptimizers),
    option<&SoftmaxOptions::learning_rate>(
        "learning_rate", "Step size; 0: the optimizer's own (adagrad, ftrl .1, others .01).", 0,
        1e3),
    option<&SoftmaxOptions::schedule>(
        "schedule", "Step size over time: constant, or inverse: rate * t^-.5.", kRateSchedules),
    option<&SoftmaxOptions::l1>("l1", "Cumulative penalty on absolute weights.", 0, 1e6),
    option<&SoftmaxOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&SoftmaxOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0, 1e30),
    option<&SoftmaxOptions::bits>(
        "bits", "Weights of a class: 2^bits, hashed; 0: a dictionary that grows.", 0, 30, "log2"),
    option<&SoftmaxOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                    1e15, "bytes")};

/// Logistic regression for any number of classes: one weight vector each, no intercept.
///
/// p_c = e^raw_c / sum e^raw over the classes learned; g_c = p_c - 1[c = y]. A class that comes later starts at zero; ids
/// below it that never came have probability 0. Add a constant feature where an intercept is wanted.
/// O(features present x classes); per class what `linear` takes.
/// Source: Bridle, NeurIPS 1990; the steps are those of gradient_step.h.
class Softmax final : public Learner {
 public:
  using Options = SoftmaxOptions;
  static constexpr std::span<const OptionSpec> kOptions = kSoftmaxOptions;

  explicit Softmax(const SoftmaxOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override { return class_outputs(learned_.size()); }
  std::size_t bytes() const noexcept override { return weights_.bytes() + learned_.capacity() * 4; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by examples learned, adagrad's and ftrl's by squared gradients; classes are joined by id.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  bool known(std::size_t id) const noexcept { return id < learned_.size() && learned_[id] != 0; }
  bool admit(const Example& x, std::size_t id) noexcept;
  Status assign(const Softmax& from) noexcept;
  bool same_kind(const Learner& other) const noexcept;

  SoftmaxOptions options_;
  LinearWeights weights_;          // a vector for each id below the largest met
  std::vector<uint32_t> learned_;  // by id: 1 once met
  std::vector<float> now_;         // probabilities of the example being learned
  std::vector<GradientClip> clips_;
  OptimizerClock clock_;
  double penalty_ = 0;
  uint64_t skipped_ = 0;
};

}  // namespace freshet
