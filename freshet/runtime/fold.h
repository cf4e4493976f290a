#pragma once
/// A model as a fold over its log: state after event n = apply(event n, state after event n - 1).
///
/// The trainer folds what doors append, recovery and `replay` fold what is in the files, through this one class: that is
/// why they agree to the bit. Nothing in here looks at a clock, a thread or an address. Time is record time.
///
/// Test-then-train: each example is predicted, scored and only then learned. An example that the learner refuses (a
/// value that is not finite, no label) is skipped whole and counted.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/model_file.h"
#include "freshet/core/registry.h"
#include "freshet/core/schema.h"
#include "freshet/log/log.h"
#include "freshet/log/payload.h"
#include "freshet/metric/evaluation.h"
#include "freshet/runtime/pending.h"
#include "freshet/runtime/training.h"

namespace freshet {

/// What the fold teaches: a lease's working learner, or one of its own in a replay.
class Student {
 public:
  virtual ~Student() = default;
  virtual Learner& learner() noexcept = 0;
  virtual Schema& schema() noexcept = 0;
  virtual Status replace(std::unique_ptr<Learner> fresh) noexcept = 0;
};

/// What it means that nobody tells what a decision cost.
struct Silence {
  /// Record time; 0: nothing, the decision is dropped when its time to live is over.
  int64_t after_us = 0;
  /// What it has cost, then.
  float cost = 0;
};

/// Everything besides the log that a state depends on: the same at every start of a model, and in every replay.
struct FoldOptions {
  std::string spec;  // what a reset makes again
  uint32_t seed = 0;
  std::string base;              // path of a model file that the first event finds; empty: nothing learned yet
  PendingLimits pending;         // a checkpoint's own win
  EvaluationOptions evaluation;  // metrics, window, baselines: scores are part of the state
  Silence silence = {};          // of decisions
};

/// What one event did.
struct FoldResult {
  uint32_t accepted = 0, skipped = 0;
  Status first_skip;
  uint32_t outputs = 0;
  std::vector<float> predictions, loss;  // only if wanted
  std::vector<LabelStatus> labels;       // of a `label` event, or `activate`
  void clear() noexcept;
};

/// How many, in the model's life.
struct FoldCounts {
  Lsn lsn = 0;             // folded last
  int64_t time_us = 0;     // its record time
  uint64_t events = 0;     // ticks and checkpoints left out
  uint64_t examples = 0;   // learned
  uint64_t skipped = 0;    // refused by the learner
};

class Fold {
 public:
  /// For a learner of this kind of label, before the first event. `invalid_argument`: the metrics don't fit.
  static Result<std::unique_ptr<Fold>> make(FoldOptions options, Label label, const Registry& registry) noexcept;

  /// Folds one event. `block`: its examples if somebody has decoded them already (it is changed), else null.
  /// `result`: predictions and losses are collected if not null. A failure means that the fold can't go on: `corrupt`,
  /// `unsupported` (a kind or tag of a later version), `conflict` (the LSN isn't the next). Nothing was learned then.
  Status apply(const Event& event, ExampleBlock* block, Student& student, FoldResult* result,
               TrainerObserver* observer) noexcept;

  /// A pending prediction is over at `now_us`: the next event will find it so, whenever it comes.
  bool is_overdue(int64_t now_us, const Learner& learner) const noexcept;

  const FoldCounts& counts() const noexcept { return counts_; }
  /// Scores of the model and its baselines, of every prediction made just before its label was learned.
  const Evaluation& evaluation() const noexcept { return *evaluation_; }
  PendingTable& pending() noexcept { return pending_; }
  const PendingTable& pending() const noexcept { return pending_; }

  /// Everything but the learner itself goes into `file`: schema, counts, scores, pending.
  Status save(ModelFileWriter& file, const Schema& schema) const noexcept;
  /// Takes it back.
  Status load(const ModelFileReader& file) noexcept;

 private:
  Fold(FoldOptions options, const Registry& registry, std::unique_ptr<Evaluation> evaluation) noexcept
      : options_(std::move(options)),
        registry_(registry),
        evaluation_(std::move(evaluation)),
        pending_(options_.pending) {}
  Status learn_block(const Event& event, ExampleBlock& block, Student& student, FoldResult* result,
                     TrainerObserver* observer) noexcept;
  Status learn_decisions(const Event& event, const ExampleBlock& block, Student& student,
                         FoldResult* result, TrainerObserver* observer) noexcept;
  Status remember(const Event& event, const Payload& payload, ExampleBlock& block,
                  Student& student) noexcept;
  Status join(const Event& event, ExampleBlock& labels, Student& student, FoldResult* result,
              TrainerObserver* observer) noexcept;
  void activate(const Event& event, const ExampleBlock& ids, Student& student, FoldResult* result,
                TrainerObserver* observer) noexcept;
  LabelStatus activate(const Event& event, std::string_view id, Student& student,
                       FoldResult* result, TrainerObserver* observer, float* loss) noexcept;
  bool learns_silence(const Learner& learner) const noexcept;
  void learn_silence(const Event& event, Student& student, TrainerObserver* observer) noexcept;
  void ask(const ExampleBlock& block, const Learner& learner, Pending& entry) noexcept;
  float decided(const Event& event, const Decision& decision, std::span<const float> before,
                bool is_late, FoldResult* result, TrainerObserver* observer) noexcept;
  float learn_late_cost(const Event& event, const Example& label, const Pending& pending,
                        Student& student, FoldResult* result, TrainerObserver* observer) noexcept;
  float learn_late(const Event& event, const Example& label, const Pending& pending, Student& student,
                   FoldResult* result, TrainerObserver* observer) noexcept;
  void named(const Schema& schema) noexcept;
  void skip(const Event& event, Status why, uint32_t place, FoldResult* result, TrainerObserver* observer) noexcept;

  FoldOptions options_;
  Registry registry_;  // spans of what lives as long as the program
  std::unique_ptr<Evaluation> evaluation_;
  PendingTable pending_;
  FoldCounts counts_;
  ExampleBlock decoded_, remembered_;  // reused
  std::vector<float> before_;
  std::vector<Example> actions_;       // of the decision at hand
  uint32_t classes_ = 0;               // the schema's when last looked at
};

/// -log(p of the class seen) for classifiers, squared error for regressors, NaN where there is nothing to compare.
float loss_of(const Learner& learner, std::span<const float> truth, std::span<const float> predicted) noexcept;

/// CRC of what a fold's state is: learner, schema, counts, metrics, pending. Tokens, duplicates and the build that wrote
/// the file don't count: the same log gives the same number.
uint32_t state_crc(const ModelFileReader& file) noexcept;

}  // namespace freshet
