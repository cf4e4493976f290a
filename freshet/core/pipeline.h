#pragma once
/// Transforms in front of a learner, as one learner.
///
/// `predict` only transforms. `learn`, step by step: a transform learns x, then transforms it; the
/// learner learns the result. This order reproduces River's published figures exactly, so it is
/// fixed. `before` is then a separate predict unless all transforms are stateless.
///
/// Of a decision each action's example is joined with the shared one first (core/decision_rules.h): a transform sees what
/// the learner's model of costs sees, and may cross both. It learns all of them before it transforms the first.

#include <memory>
#include <span>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/transformer.h"

namespace freshet {

class Pipeline final : public Learner {
 public:
  Pipeline(std::vector<std::unique_ptr<Transformer>> transforms,
           std::unique_ptr<Learner> learner) noexcept;

  const Pipeline* pipeline() const noexcept override { return this; }
  Pipeline* pipeline() noexcept override { return this; }
  const Info& info() const noexcept override;     // the learner's
  uint32_t traits() const noexcept override;      // kLive only if every transform is kStateless
  const void* options() const noexcept override;  // the learner's
  void draw(Sink& sink) const noexcept override;
  Status save(
      Writer& writer) const noexcept override;  // `unsupported`: the model file saves step by step
  Status load(Reader& reader) noexcept override;
  Label label() const noexcept override;
  uint32_t outputs() const noexcept override;
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status check(const Example& x) const noexcept override;
  void predict_decision(const Decision& decision, std::span<float> out) const noexcept override;
  Status learn_decision(const Decision& decision, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Result<std::unique_ptr<Learner>> snapshot() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  Status merge(const Learner& same_kind) noexcept override;
  void end_pass() noexcept override;
  const Progress* progress() const noexcept override;
  uint64_t evaluations() const noexcept override { return learner_->evaluations(); }
  std::span<Table* const> live_tables() noexcept override;
  std::size_t bytes() const noexcept override;

  std::span<const std::unique_ptr<Transformer>> transforms() const noexcept { return transforms_; }
  Learner& learner() noexcept { return *learner_; }
  const Learner& learner() const noexcept { return *learner_; }

 private:
  Status transform(const Example& x, Scratch& scratch, const Example*& now) const noexcept;
  Result<std::unique_ptr<Learner>> with_transforms(
      Result<std::unique_ptr<Learner>> learner) const noexcept;
  std::vector<std::unique_ptr<Transformer>> transforms_;
  std::unique_ptr<Learner> learner_;
  bool stateless_;
  Scratch writer_;  // what learn works in: there is one writer
  mutable ScratchPool
      scratch_;  // what predict writes into: concurrent predicts take different buffers
};

}  // namespace freshet
