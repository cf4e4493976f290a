#pragma once
#include <array>
#include <memory>
#include <string>

#include "freshet/core/learner.h"
#include "freshet/learn/linear/vw_model.h"

namespace freshet {

/// Ends of the clip range that mean "none".
inline constexpr double kNoEnd = 1e30;

struct VwOptions {
  ImportanceLoss loss = ImportanceLoss::squared;
  double tau = .5;
  uint32_t bits = 18;
  bool adaptive = true, normalized = true, invariant = true, sgd = false;
  double learning_rate = 0;
  double initial_t = 0;
  ConstantRule bias = ConstantRule::feature;
  std::string_view interactions = {};
  double min_prediction = -kNoEnd, max_prediction = kNoEnd;
  double l1 = 0, l2 = 0;
  double initial_weight = 0;
  double decay = 1;
  uint64_t memory = 0;
};

inline constexpr std::array kVwOptions{
    option<&VwOptions::loss>("loss", "What a wrong score costs; logistic and hinge: two classes.",
                             kImportanceLosses),
    option<&VwOptions::tau>("tau", "The quantile of loss=quantile.", 0, 1),
    option<&VwOptions::bits>("bits", "Rows held: 2^bits, 16 bytes each.", 1, 30, "log2"),
    option<&VwOptions::adaptive>("adaptive", "Each weight has its own rate, by its gradients."),
    option<&VwOptions::normalized>("normalized", "Features may have any scale."),
    option<&VwOptions::invariant>("invariant", "Steps that heed the weight of an example."),
    option<&VwOptions::sgd>("sgd", "None of the three: plain gradient descent."),
    option<&VwOptions::learning_rate>(
        "learning_rate", "Step size; 0: 0.5, or 10 unless adaptive and normalized.", 0, 1e3),
    option<&VwOptions::initial_t>(
        "initial_t",
        "Examples met before the first; 0: none, or 1 if neither adaptive nor normalized.", 0, 1e9),
    option<&VwOptions::bias>("bias", "A constant feature, or none.", kConstantRules),
    option<&VwOptions::interactions>(
        "interactions", "Lists of groups whose features are multiplied: \"ab,abc,::\"."),
    option<&VwOptions::min_prediction>(
        "min_prediction", "Least prediction; -1e30: the least label met (logistic: -50).", -kNoEnd,
        kNoEnd),
    option<&VwOptions::max_prediction>(
        "max_prediction", "Largest prediction; 1e30: the largest label met (logistic: 50).",
        -kNoEnd, kNoEnd),
    option<&VwOptions::l1>("l1", "Penalty on absolute weights.", 0, 1e6),
    option<&VwOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&VwOptions::initial_weight>("initial_weight", "Every weight at the start.", -1e6, 1e6),
    option<&VwOptions::decay>("decay", "Factor on the rate after each pass over the data.", 0, 1),
    option<&VwOptions::memory>("memory", "Most bytes its rows may take; 0: no limit.", 0, 1e15,
                               "bytes")};

/// The options with `sgd` and what depends on others resolved.
VwSettings vw_settings(const VwOptions& options) noexcept;

/// Vowpal Wabbit's default learner: linear, hashed, adaptive, normalized, invariant to importance.
///
/// Loss squared or quantile: predicts the number, kept within the labels met. Logistic or hinge: two classes, predicts
/// P(positive) = 1 / (1 + e^-sum). Reproduces VW's progressive loss to four digits on its own test files; docs/vw.md says
/// which of its flags is which option. An example costs three passes over its rows, 16 bytes at a random place each.
/// A zero is an absent feature. `label` with an initial value (group 256): it is added to the sum.
/// A step that would make the state infinite is left out and counted.
/// Sources: Karampatziakis, Langford, UAI 2011; Ross, Mineiro, Langford, UAI 2013.
class Vw final : public Learner {
 public:
  using Options = VwOptions;
  static constexpr std::span<const OptionSpec> kOptions = kVwOptions;

  /// `invalid_argument`: the interactions can't be read; `exhausted`: too many rows for memory or machine.
  static Result<std::unique_ptr<Vw>> make(const VwOptions& options = {},
                                          const TableMemory* memory = nullptr) noexcept;

  const Info& info() const noexcept override;
  uint32_t traits() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override;
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  /// Asks for the rows of each example while the one before is learned.
  Status learn_many(std::span<const Example> asked, std::span<const Example> taught,
                    std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void prefetch(const Example& x) const noexcept override { model_->prefetch(x); }
  void end_pass() noexcept override { model_->end_pass(); }
  const Progress* progress() const noexcept override { return &progress_; }
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by their squared gradients, or by examples learned where not adaptive.
  Status merge(const Learner& same_kind) noexcept override;
  void draw(Sink& sink) const noexcept override { model_->draw(sink); }
  Status save(Writer& writer) const noexcept override { return model_->save(writer); }
  Status load(Reader& reader) noexcept override { return model_->load(reader); }
  std::span<Table* const> live_tables() noexcept override { return model_->live_tables(); }
  std::size_t bytes() const noexcept override { return model_->bytes(); }

  /// The sum of weights times values, not clipped, no probability.
  float score(const Example& x) const noexcept;
  const VwModel& model() const noexcept { return *model_; }

 private:
  Vw(const VwOptions& options, std::string_view interactions,
     std::unique_ptr<VwModel> model) noexcept;
  float said(float sum) const noexcept;
  bool is_same_kind(const Learner& other) const noexcept;

  std::string interactions_;  // options_ looks at it
  VwOptions options_;
  std::unique_ptr<VwModel> model_;
  Progress progress_;
  ExampleBuffer flat_;  // what learn works in where interactions need it
};

}  // namespace freshet
