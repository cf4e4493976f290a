#pragma once
/// What rides along with an appended event from the door to the trainer: its decoded examples, and whoever waits.

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/base/failure.h"
#include "freshet/core/example_block.h"
#include "freshet/log/log.h"
#include "freshet/runtime/fold.h"
#include "freshet/runtime/training.h"

namespace freshet {

/// Threads: one stage after another, as the event passes them; `durable` and `applied` may come in any order and the
/// later one answers.
struct Rider {
  ExampleBlock block;
  TrainCallback train;        // at most one of these two, neither for Ack::queued
  FeedbackCallback feedback;
  RememberCallback remember;  // answered when appended
  std::string id;             // remember: of the prediction
  uint64_t request = 0;       // remember: request_hash()
  std::vector<float> prediction;

  FoldResult result;
  Lsn lsn = 0;
  std::atomic<int> stages_left{1};  // 2: durable too
  Status sync_failed;               // written by the syncer before its stage ends
  bool is_armed = false;            // submitted: somebody must be answered

  Rider() = default;
  Rider(const Rider&) = delete;
  Rider& operator=(const Rider&) = delete;
  /// Never learned: the model stopped first. The event is in the log.
  ~Rider() {
    if (is_armed && lsn != 0)
      fail(Status(Code::unavailable, "model: stopped before it learned this; it is in the log and will be learned at the "
                                     "next start"));
    else if (is_armed)
      fail(Status(Code::unavailable, "model: stopped before this was appended; send it again"));
  }

  bool wants_result() const noexcept { return static_cast<bool>(train) || static_cast<bool>(feedback); }

  /// Applied, or synced. The last stage answers.
  void end_stage() noexcept {
    if (stages_left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (!sync_failed.ok()) return fail(std::move(sync_failed));
    if (train) {
      TrainResult answer;
      answer.lsn = lsn;
      answer.accepted = result.accepted;
      answer.skipped = result.skipped;
      answer.first_skip = std::move(result.first_skip);
      answer.outputs = result.outputs;
      answer.predictions = std::move(result.predictions);
      answer.loss = std::move(result.loss);
      train(std::move(answer));
    }
    if (feedback) {
      FeedbackResult answer;
      answer.lsn = lsn;
      answer.results = std::move(result.labels);
      answer.loss = std::move(result.loss);
      feedback(std::move(answer));
    }
  }

  /// It was in the log already, at `first`: no result is known any more.
  void answer_duplicate(Lsn first) noexcept {
    if (!train) return;
    TrainResult answer;
    answer.lsn = first;
    answer.duplicate = true;
    train(std::move(answer));
  }

  void fail(Status why) noexcept {
    is_armed = false;
    if (train) {
      TrainResult answer;
      answer.lsn = lsn;
      answer.status = std::move(why);
      train(std::move(answer));
    } else if (feedback) {
      FeedbackResult answer;
      answer.lsn = lsn;
      answer.status = std::move(why);
      feedback(std::move(answer));
    } else if (remember) {
      RememberResult answer;
      answer.status = std::move(why);
      remember(std::move(answer));
    }
  }
};

}  // namespace freshet
