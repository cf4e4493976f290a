#pragma once
/// Test-then-train over a stream: what `eval`, `train` and the short form do.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freshet/cli/common_options.h"
#include "freshet/cli/console.h"
#include "freshet/cli/loss_report.h"
#include "freshet/cli/model_io.h"
#include "freshet/ingest/block_stream.h"
#include "freshet/ingest/input.h"
#include "freshet/metric/delayed_evaluation.h"
#include "freshet/metric/evaluation.h"

namespace freshet {

struct StreamOptions {
  CommonOptions common;
  DataOptions data;
  ColumnOptions columns;
  EvaluationFlags evaluation;
};

/// A moment of the stream, for --every and --curve.
struct CurvePoint {
  uint64_t examples;
  std::vector<double> all, window;  // of the first metric, by contender
  std::size_t bytes;                // of the model
};

class StreamJob {
 public:
  /// `model` goes on learning. All are borrowed.
  StreamJob(const StreamOptions& options, StoredModel& model, Console& console) noexcept;

  /// Reads and learns until the data, the limit or the user's patience ends. Answers ok when
  /// interrupted, too.
  Status run() noexcept;

  const Evaluation& evaluation() const noexcept { return *evaluation_; }
  uint64_t examples() const noexcept { return examples_; }
  const Learner& learner() const noexcept { return *model_.learner; }
  uint64_t unlabelled() const noexcept { return unlabelled_; }
  const Input& input() const noexcept { return *input_; }
  /// Of its objective by the model, in this run and those it goes on from; 0: it has none.
  uint64_t evaluations() const noexcept { return model_.learner->evaluations(); }
  double seconds() const noexcept { return seconds_; }
  const std::vector<CurvePoint>& curve() const noexcept { return curve_; }
  bool is_interrupted() const noexcept { return is_interrupted_; }

 private:
  Status prepare() noexcept;
  Status open_pass() noexcept;
  Status learn_block(const ExampleBlock& block) noexcept;
  Status learn_decisions(const ExampleBlock& block) noexcept;
  Status learn_decision(const Decision& decision) noexcept;
  Status learn_one(const Example& x) noexcept;
  void find_positive() noexcept;
  void after_block() noexcept;
  void count_one() noexcept;
  void take_point() noexcept;
  std::string progress_line() const;
  Status place(const Status& status, const ExampleBlock& block, uint32_t k) const noexcept;

  const StreamOptions& options_;
  StoredModel& model_;
  Console& console_;
  std::unique_ptr<Input> input_;
  const BlockStream::Item* item_ = nullptr;  // what is being learned
  std::unique_ptr<Evaluation> evaluation_;
  std::optional<DelayedEvaluation> delayed_;
  ReaderOptions reading_;
  std::vector<float> before_;
  std::vector<Example> actions_;  // of the decision at hand
  LossReport loss_report_;
  std::vector<CurvePoint> curve_;
  uint64_t examples_ = 0, unlabelled_ = 0, next_report_ = 1, every_ = 0;
  uint32_t classes_ = 0;
  int64_t begin_ns_ = 0;
  double seconds_ = 0;
  bool is_interrupted_ = false, is_full_ = false;
};

}  // namespace freshet
