#pragma once
#include <array>
#include <memory>
#include <string>

#include "freshet/core/example_block.h"
#include "freshet/core/interactions.h"
#include "freshet/core/learner.h"
#include "freshet/core/table.h"
#include "freshet/learn/linear/feature_blocks.h"
#include "freshet/learn/linear/importance_loss.h"

namespace freshet {

struct FtrlOptions {
  double alpha = .1, beta = 1;
  double l1 = 0, l2 = 0;
  uint32_t bits = 18;
  ImportanceLoss loss = ImportanceLoss::logistic;
  double tau = .5;
  ConstantRule bias = ConstantRule::feature;
  std::string_view interactions = {};
  uint64_t memory = 0;
};

inline constexpr std::array kFtrlOptions{
    option<&FtrlOptions::alpha>("alpha", "Scale of the per-weight learning rate.", 1e-6, 100),
    option<&FtrlOptions::beta>("beta", "Slows the first steps of a weight.", 0, 100),
    option<&FtrlOptions::l1>("l1", "Below it a weight is exactly 0.", 0, 1e6),
    option<&FtrlOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&FtrlOptions::bits>("bits", "Weights held: 2^bits, 12 bytes each.", 1, 30, "log2"),
    option<&FtrlOptions::loss>("loss", "What a wrong score costs; logistic and hinge: two classes.",
                               kImportanceLosses),
    option<&FtrlOptions::tau>("tau", "The quantile of loss=quantile.", 0, 1),
    option<&FtrlOptions::bias>("bias", "A constant feature, or none.", kConstantRules),
    option<&FtrlOptions::interactions>(
        "interactions", "Lists of groups whose features are multiplied: \"ab,abc,::\"."),
    option<&FtrlOptions::memory>("memory", "Most bytes its weights may take; 0: no limit.", 0, 1e15,
                                 "bytes")};

/// A linear model trained by follow-the-regularised-leader, proximal form.
///
/// Keeps z and n for each weight w, and w beside them, written in the same step: a live reader takes w alone, and a weight that
/// l1 holds at zero is zero in the table. 12 * 2^bits bytes; an example costs O(features). Suits sparse, hashed events such as
/// clicks; for dense data prefer `logistic`. Predicts P(positive) for logistic and hinge, else the number, kept within the
/// labels met. An empty example without bias gives 0.5.
/// Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013, algorithm 1.
/// Differs from the paper: the bias is an ordinary feature; an example's weight scales the gradient; other losses.
class Ftrl final : public Learner {
 public:
  using Options = FtrlOptions;
  static constexpr std::span<const OptionSpec> kOptions = kFtrlOptions;

  /// `invalid_argument`: the interactions can't be read; `exhausted`: too many weights for memory or machine.
  static Result<std::unique_ptr<Ftrl>> make(const FtrlOptions& options = {},
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
  Status learn_many(std::span<const Example> asked, std::span<const Example> taught,
                    std::span<float> before) noexcept override;
  void prefetch(const Example& x) const noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  const Progress* progress() const noexcept override { return &progress_; }
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by their sums n of squared gradients; z follows from them.
  Status merge(const Learner& same_kind) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  std::span<Table* const> live_tables() noexcept override;
  std::size_t bytes() const noexcept override { return table_.bytes() + weights_.bytes(); }

  /// The sum of weights times values, not clipped, no probability.
  float score(const Example& x) const noexcept;
  /// Weights left as they were because a step would have made them infinite.
  uint64_t skipped() const noexcept { return skipped_; }

 private:
  Ftrl(const FtrlOptions& options, Interactions interactions, const TableMemory* memory) noexcept;
  Status start() noexcept;
  Status assign(const Ftrl& from) noexcept;
  bool is_same_kind(const Learner& other) const noexcept;
  std::size_t row_count() const noexcept { return std::size_t{mask_} + 1; }
  bool needs_flat(const FeatureView& view) const noexcept {
    return !interactions_.empty() && (!view.is_plain || view.x.groups.empty());
  }
  template <class F>
  void with_view(const Example& x, F&& f) const noexcept;
  template <class Load>
  float sum(const FeatureView& view, uint64_t* features) const noexcept;
  float weight(uint32_t index) const noexcept;
  float clip(float sum) const noexcept;
  float said(float sum) const noexcept;
  void step(const FeatureView& view, float g) noexcept;

  std::string interactions_text_;  // options_ looks at it
  FtrlOptions options_;
  Interactions interactions_;
  const TableMemory* memory_;
  uint32_t mask_;
  Table table_;                    // rows of three floats: z, n, w
  const float* mapped_ = nullptr;  // w alone, of a file that stays: then there is no table
  Table weights_;                  // w alone, of a file with few rows
  float low_, high_;               // of the clip range
  uint64_t skipped_ = 0;
  Progress progress_;
  ExampleBuffer flat_;  // what learn works in where interactions need it
  mutable ScratchPool scratch_;
  Table* tables_[1] = {};
};

}  // namespace freshet
