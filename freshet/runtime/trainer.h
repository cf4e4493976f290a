#pragma once
/// The one writer of a served model: a thread that takes appended events in log order, folds them, publishes, answers
/// those who wait, and from time to time hands a copy to the background thread to be written as a checkpoint.
///
/// It holds the model's WriterLease for its lifetime. Doors never do: they append.
///
/// A checkpoint pauses training for one clone of the learner and the encoding of names and pending predictions;
/// predictions go on. The background thread then syncs the log up to the checkpoint's LSN, writes the file, appends a
/// `checkpoint` record with the CRC of the state, and lets old checkpoints and segments go.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "freshet/log/local/appender.h"
#include "freshet/log/local/log_threads.h"
#include "freshet/runtime/checkpoint_store.h"
#include "freshet/runtime/fold.h"
#include "freshet/runtime/model.h"
#include "freshet/runtime/replay_mark.h"
#include "freshet/runtime/scores.h"
#include "freshet/runtime/training.h"
#include "freshet/runtime/waiters.h"

namespace freshet {

struct Rider;

/// What the trainer does now.
enum class TrainerState : uint8_t { waiting, learning, paused, stopped };
std::string_view trainer_state_name(TrainerState state) noexcept;

struct TrainerOptions {
  int64_t checkpoint_every_us = 60'000'000;
  uint64_t checkpoint_every_events = 1'000'000;
  uint64_t retain_bytes = uint64_t{10} << 30;
  uint64_t retain_checkpoint_bytes = uint64_t{10} << 30;
  bool keeps_log = false;
  std::string mark;  // path of the ReplayMark
  std::string slot = "champion";
  TrainerObserver* observer = nullptr;
};

/// Read by anybody at any time, each number by itself.
struct TrainerGauges {
  std::atomic<uint64_t> learned{0};          // examples since start
  std::atomic<uint64_t> events{0}, examples{0}, skipped{0};  // in the model's life
  std::atomic<uint32_t> features{0};         // in the schema after the last event
  std::atomic<Lsn> checkpoint{0};            // newest
  std::atomic<int64_t> checkpoint_us{0};     // Unix time it was written
  std::atomic<uint64_t> checkpoint_bytes{0};
  std::atomic<int64_t> checkpoint_cost_us{0};  // how long writing it took, pause included
};

class Trainer {
 public:
  /// `tail`: events after the fold's. `checkpoint`: newest one there is, 0: none.
  Trainer(Model& model, WriterLease lease, std::unique_ptr<Fold> fold, Appender& appender, LogThreads& threads,
          CheckpointStore store, Lsn checkpoint, TrainerOptions options) noexcept;
  /// Stops after the event under way.
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  void start(std::unique_ptr<Tail> tail) noexcept;
  /// Returns when the thread has ended; the tail is gone then.
  void stop() noexcept;

  // ---- any thread

  void pause() noexcept;
  void resume() noexcept;
  /// The log takes events no more, or takes them again (ok): shown as the trainer's state.
  void log_state(const Status& status) noexcept;
  void checkpoint(CheckpointCallback done) noexcept;
  /// Something was added to a list that the trainer looks at.
  void wake() noexcept;
  TrainerState state(std::string* reason, int64_t* since_us) const noexcept;
  const TrainerGauges& gauges() const noexcept { return gauges_; }
  const Fold& fold() const noexcept { return *fold_; }  // only its pending() may be used by others
  /// At most a quarter of a second old. Never null.
  std::shared_ptr<const Scores> scores() const noexcept;
  LsnWaiters& applied_waiters() noexcept { return applied_waiters_; }
  LsnWaiters& published_waiters() noexcept { return published_waiters_; }
  /// Background thread: lets old checkpoints and segments go.
  void make_room() noexcept;

 private:
  class LeaseStudent;
  class CheckpointJob;
  struct Capture;

  void run() noexcept;
  void mark_replay() noexcept;
  bool take(const TailEvent& event) noexcept;
  bool wait_while_paused() noexcept;
  void tick_if_due() noexcept;
  void score(bool now) noexcept;
  void publish_if_due(bool is_idle) noexcept;
  void show(TrainerState state, std::string reason) noexcept;
  void stop_because(const Status& why) noexcept;
  bool is_checkpoint_due() noexcept;
  void checkpoint_if_due() noexcept;
  Result<std::unique_ptr<Learner>> twin() noexcept;
  void capture(std::vector<CheckpointCallback> asked) noexcept;
  void write(Capture& capture) noexcept;
  Status write_file(Capture& capture, uint64_t* bytes) noexcept;
  void count() noexcept;

  Model& model_;
  WriterLease lease_;
  std::unique_ptr<Fold> fold_;
  Appender& appender_;
  LogThreads& threads_;
  const CheckpointStore store_;
  const TrainerOptions options_;
  const Lsn recovered_;                 // events up to here are a replay: nobody is told
  std::unique_ptr<LeaseStudent> student_;
  std::unique_ptr<Tail> tail_;
  struct Copying;
  std::unique_ptr<Copying> copying_;    // a live learner's tables, while a checkpoint of it is written
  std::optional<ReplayMark> mark_;      // while there is something to replay
  std::thread thread_;
  std::atomic<bool> is_stopping_{false};

  mutable std::mutex mutex_;            // guards what follows, to the empty line
  std::condition_variable changed_;
  TrainerState state_ = TrainerState::waiting;
  std::string reason_, log_reason_;
  bool has_failed_ = false;
  int64_t since_us_ = 0;
  std::vector<CheckpointCallback> asked_;
  std::shared_ptr<const Scores> scores_;

  std::atomic<bool> is_asked_{false};          // somebody asked for a checkpoint
  std::atomic<bool> is_pause_wanted_{false};
  std::atomic<bool> is_writing_{false};        // the background thread has a checkpoint under way
  std::atomic<uint64_t> checkpoint_events_;    // the fold's events in the newest checkpoint

  LsnWaiters applied_waiters_, published_waiters_;
  TrainerGauges gauges_;
  std::atomic<int64_t> checkpoint_due_ns_{0};  // steady time
  Lsn scored_lsn_ = 0;                         // of scores_
  int64_t scored_ns_ = 0;                      // when they were copied
  int64_t ticked_ns_ = 0;                      // when time was last made to pass
  const uint64_t replayed_examples_;           // examples there were at start
  std::unique_ptr<CheckpointJob> job_;
};

}  // namespace freshet
