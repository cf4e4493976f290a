#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/local/duplicates.h"
#include "freshet/log/local/local_log.h"
#include "freshet/log/local/log_threads.h"
#include "freshet/log/log.h"
#include "freshet/log/payload.h"

/// From many doors into one log: asynchronous append, group commit, and the trainer's view of what
/// was appended.
///
///     doors --submit--> queue --appender thread: one pwritev per group--> file
///                                  |  done(status, lsn), then ...
///                                  +--> Tail --next()--> trainer
///     doors --when_durable(lsn)--> syncer thread: fdatasync --> callbacks
///
/// A server does:
///
///     LogThreads threads;                                                   // one for the data
///     directory FRESHET_TRY_ASSIGN(auto lock, WriterLock::acquire(folder));           // 1. lock,
///     raise the token
///     ... find the newest good checkpoint ...                               // 2.
///     FRESHET_TRY_ASSIGN(auto appender, Appender::open(threads, std::move(lock), {.log =
///     {.checkpoint_lsn = n,
///                        .synced_lsn = n, .checkpoint_token = t}, .duplicates = dupl_chunk}));
///                        // 3., 4.
///     auto tail = appender->tail(n + 1, Tail::Role::gate);                  // 5. replays, then
///     follows
///
/// and the trainer, on its own thread:
///
///     while (auto batch = tail->next(wait_us)) ... learn each, in order ...
namespace freshet {

/// What became of a submitted event.
struct Appended {
  Lsn lsn = 0;             // of the first one, if it is a duplicate
  int64_t time_us = 0;     // as in the record; 0 for a duplicate
  bool duplicate = false;  // was in the log already; nothing was appended
};

/// One event on its way into the log, and whoever waits for it.
struct AppendRequest {
  EventKind kind = EventKind::example;
  uint32_t examples = 0;          // how many
  std::vector<std::byte> body{};  // made by PayloadBuilder; at most kMaxPayload. Sections `dedup`
                                  // and `source` are looked at.

  /// Called exactly once if submit() said ok: on the appender thread, after the write and before
  /// any Tail shows the event. Must not block nor call close(); may submit() and when_durable(). A
  /// failed Status: nothing was appended. unavailable: the disk is full or the log has failed;
  /// conflict: a gap or overlap in a source's offsets.
  std::function<void(const Status&, const Appended&)> done{};

  /// Rides along to the Tails, untouched: for instance the decoded examples and the reply that
  /// waits for `applied`.
  std::shared_ptr<void> rider{};
};

/// An event as a Tail shows it. Borrowed until the Tail's next call.
struct TailEvent {
  Event event;
  std::shared_ptr<void> rider;  // null when the event came from a file
};

class Appender;

/// Events appended by one write, kept in memory until they are applied.
struct Batch {
  std::vector<TailEvent> events;
  std::vector<std::vector<std::byte>> bodies;  // what the events' bodies show
  uint64_t bytes = 0;
};

/// The appended events in LSN order, for one reader (a trainer). Events that were just appended
/// come from memory, with their riders; older ones, or what a slow reader has let slip, are read
/// from the files. Threads: one calls next(); wake() from any. It must not outlive its Appender.
class Tail {
 public:
  /// A gate holds back the doors: submit() answers exhausted once more than `max_backlog` bytes are
  /// appended and not yet taken by it, and what it has not taken stays in memory with its riders. A
  /// follower never holds anybody back.
  enum class Role : uint8_t { gate, follower };

  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  /// The next events, at least one, in order and without gaps. Asking again says that the ones
  /// before are applied. Empty: `wait_us` have passed (0: don't wait), or somebody called wake(),
  /// or the log was closed and all is read (then closed() is true). corrupt or unavailable: a file
  /// that had to be read is damaged or gone.
  Result<std::span<const TailEvent>> next(int64_t wait_us) noexcept;

  /// Makes the present or next waiting next() return early. Any thread.
  void wake() noexcept;

  /// The last LSN handed out; `from - 1` before the first.
  Lsn position() const noexcept { return position_; }
  /// No event will come any more.
  bool closed() const noexcept;

 private:
  friend class Appender;
  Tail(Appender& appender, Lsn from, Role role) noexcept;
  Result<std::span<const TailEvent>> from_files(Lsn upto) noexcept;

  Appender& appender_;
  const Role role_;
  Lsn position_;
  bool woken_ = false;                  // under the appender's tail_mutex_, as is released_
  Lsn released_;                        // events up to it may leave memory
  std::shared_ptr<const Batch> batch_;  // keeps what was handed out alive
  std::vector<TailEvent> read_;         // or these, from files
  std::vector<std::byte> read_bytes_;
  std::unique_ptr<LocalLog::Cursor> cursor_;
};

struct AppenderOptions {
  LocalLogOptions log{};
  std::span<const std::byte>
      duplicates{};  // DUPL chunk of the checkpoint at log.checkpoint_lsn; may be empty
  uint64_t max_backlog = uint64_t{64}
                         << 20;  // bytes appended but not taken by the gate; and in the window
  uint64_t max_queue_bytes = uint64_t{64} << 20;  // bytes submitted but not yet appended
  uint32_t max_queue = 65536;                     // requests submitted but not yet appended
  uint32_t sync_delay_us =
      0;  // [0, 2000]: waits that long for more durable waiters to share a sync
  int64_t idle_sync_us =
      1'000'000;                 // without waiters, sync this long after an append; ticks likewise
  int64_t retry_us = 1'000'000;  // a full disk is tried again this often
  bool ticks = true;  // append a tick one idle_sync_us after a sync with nothing behind it

  /// Appender thread, in LSN order, before an event gets its LSN: the keeper of remembered ids
  /// looks here. Ok and no value: append it. A value: it is a duplicate of that. A failed Status:
  /// refused with it. `next`: the LSN it would get.
  std::function<Result<std::optional<Appended>>(const AppendRequest&, Lsn next)> admit{};
  /// Appender or syncer thread: the log stopped taking events, or takes them again. For gauges and
  /// the page.
  std::function<void(const Status&)> state_changed{};
  /// Syncer thread, after each fdatasync: how long it took.
  std::function<void(int64_t duration_us)> synced{};
  /// Background thread, when the disk is full: run retention (checkpoints, LocalLog::retain).
  std::function<void()> make_room{};
};

/// Counters since the start; each may be read at any time.
struct AppenderStats {
  uint64_t records = 0, bytes = 0;  // appended; bytes as in the file
  uint64_t groups = 0;              // calls of pwritev
  uint64_t syncs = 0;               // calls of fdatasync for commits
  uint64_t acks = 0;                // durable waiters answered
  uint64_t duplicates = 0, rejected = 0;
};

/// The log of one model with its queue. Any thread may call anything, except where said.
class Appender {
 public:
  static Result<std::unique_ptr<Appender>> open(LogThreads&, WriterLock, AppenderOptions) noexcept;
  /// close() has been called, or is called now. No Tail may be left.
  ~Appender();

  /// Admits an event: it waits in memory, done() will be called. On failure `request` is left as it
  /// was and done() is not called. exhausted: queue or backlog full, try again soon. unavailable:
  /// "log: disk_full ...", try again in a second; "log: log_failed ...", only a restart helps;
  /// "log: closed". invalid_argument: the body isn't sections, or too large.
  Status submit(AppendRequest&& request) noexcept;

  /// Time is to pass in the log: a tick is appended soon, unless something else is. For who folds the log and knows that
  /// something in it is over by now.
  void tick() noexcept;

  /// submit() and wait for done(). Not from callbacks.
  Result<Appended> append(AppendRequest request) noexcept;

  /// Calls back once everything up to `lsn` survives power loss: at once on this thread if it does
  /// already, else on the syncer thread, with a failure if the log fails before. REQUIRES: lsn <=
  /// end().
  void when_durable(Lsn lsn, std::function<void(const Status&)> call) noexcept;

  /// when_durable and wait. Not from callbacks.
  Status sync(Lsn upto) noexcept;

  /// Events from `from` on. At most one gate. REQUIRES: first() <= from <= end() + 1.
  std::unique_ptr<Tail> tail(Lsn from, Tail::Role role) noexcept;

  /// For a checkpoint at `upto`: the DUPL chunk with the entries up to it.
  std::vector<std::byte> duplicates(Lsn upto) noexcept;
  /// The offset that a partition's next row must have; nothing if it is unknown.
  std::optional<uint64_t> source_mark(std::string_view name, uint32_t partition) noexcept;

  /// Takes no more events, appends what is queued, syncs, appends and syncs a tick that carries the
  /// durable LSN, lets Tails end. Blocks. Safe to call twice.
  Status close() noexcept;

  LocalLog& log() noexcept { return *log_; }
  Lsn end() const noexcept { return log_->end(); }
  Lsn durable() const noexcept { return log_->durable(); }
  /// Ok; or why the log takes no events now.
  Status state() const noexcept;
  AppenderStats stats() const noexcept;
  /// Bytes waiting to be appended, and appended but not taken by the gate.
  uint64_t backlog_bytes() const noexcept;

 private:
  friend class Tail;
  enum class Phase : uint8_t {
    open,
    waiting,
    failed,
    closing,
    closed
  };  // waiting: for room on the disk
  template <void (Appender::*step)() noexcept>
  class Step;
  using Time = Worker::Time;
  struct Waiter {
    Lsn lsn;
    std::function<void(const Status&)> call;
  };

  struct Slice;

  Appender(LogThreads& threads, AppenderOptions options) noexcept;
  void append_step() noexcept;      // appender thread
  void sync_step() noexcept;        // syncer thread
  void background_step() noexcept;  // background thread

  std::size_t append_slice(std::size_t at) noexcept;
  void decide(AppendRequest& request) noexcept;
  Result<Lsn> find_duplicate(const Payload& payload, int64_t now_us) const noexcept;
  std::shared_ptr<const Batch> take_batch(std::size_t done) noexcept;
  void answer(const Status& status, Lsn unwritten) noexcept;
  void expect_sync(uint64_t bytes) noexcept;
  void stop_for(const Status& status) noexcept;
  bool wants_tick() const noexcept;
  bool tick_is_due() const noexcept;
  void add_tick() noexcept;
  bool has_waiters() const noexcept;
  void answer_waiters(const Status& status) noexcept;
  void set_phase(Phase phase, const Status& why) noexcept;
  Status refusal() const noexcept;
  Status finish() noexcept;

  // For tails; in tail.cc.
  void show(std::shared_ptr<const Batch> batch) noexcept;
  void release_batches() noexcept;
  void applied(Lsn upto) noexcept;
  void leave(Tail& tail) noexcept;

  LogThreads& threads_;
  AppenderOptions options_;
  std::unique_ptr<LocalLog> log_;
  std::unique_ptr<Job> append_job_, sync_job_, background_job_;

  Time answered_{};  // the syncer thread's: when the last group of waiters had been answered

  // The appender thread's.
  std::vector<AppendRequest> taken_;
  std::unique_ptr<Slice> slice_;
  bool tick_carries_ = false;  // the tick made last says that all before it is durable

  mutable std::mutex queue_mutex_;  // guards what follows, up to the next mutex
  std::vector<AppendRequest> queue_;
  uint64_t queue_bytes_ = 0;  // of queue_ and of taken_
  bool append_posted_ = false, appending_ = false;
  bool tick_asked_ = false;
  Phase phase_ = Phase::open;
  std::string why_;  // waiting or failed: the text of refusals
  std::condition_variable drained_;

  mutable std::mutex duplicates_mutex_;
  Duplicates duplicates_;

  mutable std::mutex waiters_mutex_;
  std::vector<Waiter> waiters_;
  bool waiters_closed_ = false;

  mutable std::mutex tail_mutex_;
  std::condition_variable tail_wake_;
  std::deque<std::shared_ptr<const Batch>>
      window_;  // the newest events, without gaps, up to shown_
  uint64_t window_bytes_ = 0;
  Lsn shown_ = 0;
  std::vector<Tail*> tails_;
  Tail* gate_ = nullptr;
  uint32_t waiting_tails_ = 0;
  bool ended_ = false;                // nothing will be shown any more
  std::atomic<uint64_t> backlog_{0};  // bytes in window_ that the gate has not released

  std::atomic<bool> last_is_tick_{true};  // and carries the durable LSN: there is nothing to add
  std::atomic<bool> closing_{false};
  std::atomic<uint64_t> unsynced_{0};  // bytes, about
  std::atomic<Time> sync_due_{
      Time::max()};  // when a sync is due that nobody waits for; max: nothing to sync
  std::atomic<Time> tick_due_{Time::max()};
  std::atomic<uint64_t> records_{0}, bytes_{0}, groups_{0}, syncs_{0}, acks_{0},
      duplicate_count_{0}, rejected_{0};
};

}  // namespace freshet
