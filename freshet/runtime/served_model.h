#pragma once
/// One model that learns while it serves: its folder, log, trainer, published state and checkpoints in one object.
///
///     LogThreads threads;                                          // one for the data directory
///     ServedModelOptions options;
///     options.folder = "data/ads";  options.spec = "scale | logistic";
///     FRESHET_TRY_ASSIGN(auto ads, ServedModel::open(std::move(options), threads, registry));
///     ads->train(std::move(call), [](TrainResult&& result) noexcept { ... });
///     ads->read().predict(x, out);
///     FRESHET_TRY(ads->drain(30'000'000));
///
/// A call passes these stages (docs/concurrency.md): admitted into a bounded queue, appended to the log, learned by the
/// one trainer in log order, published, synced. The callback comes at the stage its `ack` names: `queued`: at once;
/// `applied`: appended and learned, survives kill -9; `durable`: and synced, survives power loss. An appended event is
/// never taken back.
///
/// The state is a fold over the log: opening reads the newest checkpoint whose checksums hold (else the one before, else
/// none) and learns what the log has beyond it, so that it goes on with the same bits as if it had never stopped.
///
/// Folder: WRITER.lock, log/<first LSN>.log, slots/champion/<LSN>.ckpt; while it replays, `replaying` (replay_mark.h).
/// spec.json and base.frsh belong to the server.
/// Threads: any, for everything but open, drain and destruction. Callbacks run on the trainer's, appender's or syncer's
/// thread and must not block: post to your own loop.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/registry.h"
#include "freshet/log/local/appender.h"
#include "freshet/runtime/fold.h"
#include "freshet/runtime/model.h"
#include "freshet/runtime/scores.h"
#include "freshet/runtime/trainer.h"
#include "freshet/runtime/training.h"

namespace freshet {

/// What the fold needs, and how it is served.
struct ServedModelOptions : FoldOptions {
  std::string folder;                       // <data-dir>/<model>; made where missing
  std::optional<Publication> publication;   // none: live where the learner can, else snapshot
  bool repair = false;                      // drop damaged records instead of refusing to open
  uint32_t sync_delay_us = 0;               // [0, 2000]
  uint64_t max_backlog = uint64_t{64} << 20;      // bytes appended, not learned
  uint64_t max_queue_bytes = uint64_t{64} << 20;  // bytes admitted, not appended
  uint32_t max_queue = 65536;                     // events admitted, not appended
  int64_t checkpoint_every_us = 60'000'000;
  uint64_t checkpoint_every_events = 1'000'000;
  uint64_t retain_bytes = uint64_t{10} << 30;     // of the log
  bool keeps_log = false;                         // all of it, so that replay from the start stays possible
  uint64_t retain_checkpoint_bytes = uint64_t{10} << 30;
  TrainerObserver* observer = nullptr;            // outlives the model
  std::function<void(int64_t duration_us)> synced;  // after each fdatasync
};

/// Numbers about a served model at one moment; each is right, together they may be a microsecond apart.
struct ServedModelStatus {
  TrainerState state = TrainerState::waiting;
  std::string reason;               // for people, when stopped or paused
  int64_t since_us = 0;             // Unix time the state began
  Lsn appended = 0, applied = 0, published = 0, durable = 0, checkpoint = 0;
  int64_t staleness_us = 0;
  uint64_t events = 0;              // learned in the model's life, ticks and checkpoints left out
  uint64_t examples = 0;            // learned in the model's life
  uint64_t skipped = 0;             // examples refused by the learner, in the model's life
  uint64_t learned_now = 0;         // examples learned since start: rates are differences of this
  uint64_t queued_bytes = 0;        // waiting to be appended, and appended but not learned
  uint64_t pending = 0;             // remembered predictions that wait for a label
  uint64_t expired = 0, evicted = 0;
  uint64_t publications = 0, publications_skipped = 0;
  int64_t publish_cost_ns = 0;
  uint64_t log_bytes = 0;
  int64_t checkpoint_us = 0;        // Unix time of the last; 0: none
  uint64_t checkpoint_bytes = 0;
  int64_t checkpoint_cost_us = 0;
  AppenderStats log;
};

class ServedModel {
 public:
  /// Recovers and starts learning. `conflict`: another process holds the folder, or the folder's model was made by
  /// another spec. `corrupt`: acknowledged records are damaged and `repair` was not asked for.
  static Result<std::unique_ptr<ServedModel>> open(ServedModelOptions options, LogThreads& threads,
                                                   const Registry& registry) noexcept;
  /// drain() has been called, or the model stops at once: what is appended but not learned is learned at the next start.
  ~ServedModel();
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  // ---- reading

  /// Wait-free. Belongs to the calling thread, for one request.
  ReadGuard read() const noexcept { return model().read(); }
  const Model& model() const noexcept;
  const Schema& schema() const noexcept { return model().schema(); }
  /// Features that whole events have named. The schema may have more by now: the event being learned adds its own.
  uint32_t features() const noexcept;
  /// Calls back once `lsn` is published: at once on this thread if it is, else on the trainer's; `unavailable` when the
  /// trainer stops first. The number cancels it; 0: it has been called.
  uint64_t when_published(Lsn lsn, Callback<const Status&> call) noexcept;
  /// True: it will not be called (any more).
  bool cancel(uint64_t waiter) noexcept;

  // ---- teaching. On failure the callback is not called: exhausted (queue or backlog full: try again soon), unavailable
  // (draining, stopped, disk full, log failed), invalid_argument (too large, ids missing).

  Status train(TrainCall call, TrainCallback done) noexcept;
  /// Answers when appended: it will survive a kill. The label may come at once after that.
  Status remember(RememberCall call, RememberCallback done) noexcept;
  Status feedback(FeedbackCall call, FeedbackCallback done) noexcept;
  /// Deferred decisions count from now on; a cost that came before is learned.
  Status activate(ActivateCall call, FeedbackCallback done) noexcept;
  /// Forgets everything learned; names and pending predictions stay. Answers as Ack::applied.
  Status reset(TrainCallback done) noexcept;

  // ---- running

  ServedModelStatus status() const noexcept;
  /// How good the model is beside its baselines, each example predicted before it was learned; the trainer draws it up at
  /// most ten times a second. Never null.
  std::shared_ptr<const Scores> scores() const noexcept;
  /// Learning stops; events are still appended, until max_backlog.
  void pause() noexcept;
  void resume() noexcept;
  /// Writes one now, unless nothing has changed since the last. Answers on the background thread.
  void checkpoint(CheckpointCallback done) noexcept;
  /// The next offset a feed must send for its partition; nothing: unknown.
  std::optional<uint64_t> source_mark(std::string_view name, uint32_t partition) noexcept;
  /// What recovery found, for the start-up message; empty if there is nothing to say.
  const std::vector<std::string>& remarks() const noexcept;
  const std::string& spec() const noexcept;
  uint64_t token() const noexcept;
  Appender& appender() noexcept;

  /// Takes no more calls, learns what was admitted (for at most `timeout_us`), writes a checkpoint, closes the log. After
  /// it only read() and status() go on working. `deadline`: something was left to be learned at the next start.
  Status drain(int64_t timeout_us) noexcept;

 private:
  class Parts;
  explicit ServedModel(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace freshet
