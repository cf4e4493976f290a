#pragma once
/// The learner: everything that predicts from an example and learns from its label.
///
/// A learner has no locks. On an object of your own just call `learn`; a shared one is taught only
/// through the WriterLease of runtime/model.h. `predict` is pure, never allocates, and may run on
/// any thread while nobody changes the object; `predict_live` (trait kLive) also while the one
/// writer is inside `learn`.

#include <cstdint>
#include <memory>
#include <span>

#include "freshet/base/status.h"
#include "freshet/core/component.h"
#include "freshet/core/decision.h"
#include "freshet/core/example.h"

namespace freshet {

/// What a learner learns from: readers and metrics ask.
enum class Label : uint8_t { none, number, numbers, one_class, classes, costs, decision };

/// A learner's own progressive loss (`vw`): counts since it was made or loaded, over the examples it was taught. Labels are
/// targets: -1 and 1 for a pair of classes.
struct Progress {
  uint64_t examples = 0;
  double weight = 0, label_sum = 0, loss_sum = 0;  // sums of weight times label, loss
  uint64_t features = 0;                           // the constant and interactions too
  float label = 0, prediction = 0;                 // of the last example: its target, the raw score
  double label_squares = 0;                        // sum of weight times label squared
};

class Pipeline;
class Table;

class Learner : public Component {
 public:
  /// This learner as the pipeline it is, or null: the core has no RTTI.
  virtual const Pipeline* pipeline() const noexcept { return nullptr; }
  virtual Pipeline* pipeline() noexcept { return nullptr; }
  virtual Label label() const noexcept = 0;
  /// Width of one prediction. Regressors: targets. Classifiers: one probability per class id met so
  /// far: 0 before any, then at least 2 (the second class is 0 until it comes), so that a single
  /// number is always P(positive) of trait kBinary.
  virtual uint32_t outputs() const noexcept = 0;
  /// Writes the prediction for x.  out: shape [outputs()]. Nobody is changing *this.
  virtual void predict(const Example& x, std::span<float> out) const noexcept = 0;
  /// The same while `learn` runs on another thread. REQUIRES: traits() & kLive. Default: predict.
  virtual void predict_live(const Example& x, std::span<float> out) const noexcept;
  /// Learns x. A non-empty `before`, shape [outputs()], receives exactly what predict(x) would have
  /// written just before. A value, weight or label that is not finite, a negative weight, or no
  /// label where one is needed: `invalid_argument` with the feature in at(), and the model is
  /// unchanged to the bit. Weight 0 changes nothing.
  virtual Status learn(const Example& x, std::span<float> before) noexcept = 0;
  /// What `learn` would say of x's label, without learning: `invalid_argument` for none where one
  /// is needed, or one this learner can't learn (a third class of a binary learner). Doors ask
  /// before an event is logged, a pipeline before its transforms learn. Default: takes every label,
  /// and none only if label() is none.
  virtual Status check(const Example& x) const noexcept;
  /// Raw score by feature, for `x.dense` features in order, then `bias` last.  parts: shape [d +
  /// 1]. Default: `unsupported`. kLive: also while `learn` runs on another thread.
  virtual Status explain(const Example& x, std::span<float> parts) const noexcept;
  /// shape [n] in, [n * outputs()] out. Default: a loop.
  virtual void predict_many(std::span<const Example> examples, std::span<float> out) const noexcept;
  /// Predicts asked[k], then learns taught[k] (a transform may have learned between). before: [n *
  /// outputs()] or empty. Stops at the first failure, whose at() is then the place in `taught`.
  virtual Status learn_many(std::span<const Example> asked, std::span<const Example> taught,
                            std::span<float> before) noexcept;
  /// Label::decision only: one probability per action.
  virtual void predict_decision(const Decision& decision, std::span<float> out) const noexcept;
  virtual Status learn_decision(const Decision& decision, std::span<float> before) noexcept;
  /// A copy that can learn on.
  virtual Result<std::unique_ptr<Learner>> clone() const noexcept = 0;
  /// A copy that only predicts; may share. Default: clone().
  virtual Result<std::unique_ptr<Learner>> snapshot() const noexcept;
  /// Copies *this into a drained snapshot of the same kind without allocating. Default:
  /// `unsupported`.
  virtual Status copy_into(Learner& spare) const noexcept;
  /// Joins the other's knowledge. Default: `unsupported`.
  virtual Status merge(const Learner& same_kind) noexcept;
  /// x is learned next: asks for its weights from memory meanwhile. Changes nothing. Writer only. Default: nothing.
  virtual void prefetch(const Example& x) const noexcept;
  /// The data has been gone through once more and will be again (`vw`: decay). Writer only. Default: nothing.
  virtual void end_pass() noexcept;
  /// Its own progressive loss; null by default.
  virtual const Progress* progress() const noexcept;
  /// How often its objective was evaluated, by learners that search without gradients; 0: it isn't one.
  virtual uint64_t evaluations() const noexcept { return 0; }
  /// Flat view for shards and federation; empty by default.
  virtual std::span<const float> parameters() const noexcept;
  /// Writer only. Default: `unsupported`.
  virtual Status replace(std::span<const float> parameters) noexcept;
  /// kLive: the tables its readers read, which never move; save() writes each whole. A checkpoint
  /// that copies them while `learn` goes on watches their chunks (core/table.h). Default: none.
  virtual std::span<Table* const> live_tables() noexcept { return {}; }
};

/// Index of the first value that is not finite, a non-finite or negative weight, or kNone. Order:
/// dense, numeric; a bad weight answers kBadWeight, a label that is not finite kBadLabel.
inline constexpr uint32_t kBadWeight = 0xfffffffe, kBadLabel = 0xfffffffd;
uint32_t first_bad(const Example& x) noexcept;

}  // namespace freshet
