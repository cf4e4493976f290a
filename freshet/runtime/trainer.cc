#include "freshet/runtime/trainer.h"

#include <algorithm>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/core/model_file.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/notice.h"
#include "freshet/runtime/rider.h"
#include "freshet/runtime/table_copy.h"

namespace freshet {

namespace {

constexpr int64_t kLookUs = 250'000;       // an idle trainer looks around this often
constexpr int64_t kUnpublishedUs = 1'000;  // and this often while a publication is put off
constexpr int64_t kRetryNs = 1'000'000'000;
constexpr int64_t kTickNs = 1'000'000'000;  // time is made to pass this often at most
constexpr int64_t kScoreNs = 100'000'000;  // scores are copied this often
constexpr ChunkTag kDuplicatesTag{{'D', 'U', 'P', 'L'}};

}  // namespace

std::string_view trainer_state_name(TrainerState state) noexcept {
  constexpr std::string_view kNames[] = {"waiting", "learning", "paused", "stopped"};
  return kNames[static_cast<std::size_t>(state)];
}

/// The fold teaches through the lease.
class Trainer::LeaseStudent final : public Student {
 public:
  explicit LeaseStudent(WriterLease& lease) noexcept : lease_(lease) {}
  Learner& learner() noexcept override { return lease_.working(); }
  Schema& schema() noexcept override { return lease_.schema(); }
  Status replace(std::unique_ptr<Learner> fresh) noexcept override { return lease_.replace(std::move(fresh)); }

 private:
  WriterLease& lease_;
};

/// Keeps the learner that readers see, and with it the tables being copied: a reset may put another in its place.
struct Trainer::Copying {
  Published<ModelView>::Retained view;
  TableCopy tables;
};

/// What a checkpoint holds, at one LSN, apart from the training that goes on.
struct Trainer::Capture {
  ModelFileWriter file;              // everything but the learner
  std::unique_ptr<Learner> learner;  // a clone; a live one's tables are filled by `tables`
  TableCopy* tables = nullptr;
  Lsn lsn = 0;
  uint64_t events = 0;
  int64_t began_ns = 0;
  std::vector<CheckpointCallback> asked;

  void answer(const Status& status, uint64_t bytes) noexcept {
    for (CheckpointCallback& call : asked) {
      CheckpointResult result;
      if (!status.ok()) result.status = failure(status.code(), status.text());
      result.lsn = lsn;
      result.bytes = bytes;
      call(std::move(result));
    }
    asked.clear();
  }
};

class Trainer::CheckpointJob final : public Job {
 public:
  explicit CheckpointJob(Trainer& trainer) noexcept : trainer_(trainer) {}
  void set(std::unique_ptr<Capture> capture) noexcept { capture_ = std::move(capture); }
  std::unique_ptr<Capture> take() noexcept { return std::move(capture_); }

 private:
  void run() noexcept override {
    if (auto capture = take()) trainer_.write(*capture);
  }
  Trainer& trainer_;
  std::unique_ptr<Capture> capture_;
};

Trainer::Trainer(Model& model, WriterLease lease, std::unique_ptr<Fold> fold, Appender& appender, LogThreads& threads,
                 CheckpointStore store, Lsn checkpoint, TrainerOptions options) noexcept
    : model_(model),
      lease_(std::move(lease)),
      fold_(std::move(fold)),
      appender_(appender),
      threads_(threads),
      store_(std::move(store)),
      options_(std::move(options)),
      recovered_(appender.end()),
      student_(std::make_unique<LeaseStudent>(lease_)),
      since_us_(unix_us()),
      checkpoint_events_(checkpoint != 0 ? fold_->counts().events : 0),
      checkpoint_due_ns_(steady_ns() + options_.checkpoint_every_us * 1000),
      replayed_examples_(fold_->counts().examples),
      job_(std::make_unique<CheckpointJob>(*this)) {
  gauges_.checkpoint = checkpoint;
  if (replayed_examples_ != 0) state_ = TrainerState::learning;
  count();
  score(true);
}

Trainer::~Trainer() { stop(); }

void Trainer::start(std::unique_ptr<Tail> tail) noexcept {
  tail_ = std::move(tail);
  mark_replay();
  thread_ = std::thread([this]() noexcept {
    run();
    // With the tail go the events that were not learned: whoever waits for them is told.
    std::unique_ptr<Tail> gone;
    {
      const std::lock_guard lock(mutex_);
      gone.swap(tail_);
    }
    gone = nullptr;
  });
}

void Trainer::mark_replay() noexcept {
  if (fold_->counts().lsn >= recovered_ || options_.mark.empty()) return;
  auto mark = ReplayMark::open(options_.mark);
  if (!mark.ok()) return notice(Level::warning, mark.status().text());
  mark_.emplace(*std::move(mark));
}

void Trainer::stop() noexcept {
  is_stopping_.store(true, std::memory_order_release);
  wake();
  if (thread_.joinable()) thread_.join();
  if (mark_) mark_->end();  // the process ends, but not by an event
  mark_.reset();
  threads_.background.cancel(*job_);
  if (auto unwritten = job_->take())
    unwritten->answer(Status(Code::unavailable, "checkpoint: the model stopped before it was written"), 0);
  copying_ = nullptr;
  std::vector<CheckpointCallback> asked;
  {
    const std::lock_guard lock(mutex_);
    asked.swap(asked_);
  }
  Capture nobody;
  nobody.asked = std::move(asked);
  nobody.answer(Status(Code::unavailable, "checkpoint: the model has stopped"), 0);
  applied_waiters_.fail(Code::unavailable, "model: stopped before it learned that event");
  published_waiters_.fail(Code::unavailable, "model: stopped before it published that event");
}

// ---- the thread

void Trainer::run() noexcept {
  while (!is_stopping_.load(std::memory_order_acquire)) {
    const bool is_put_off = lease_.applied() != model_.clock().published.load(std::memory_order_relaxed);
    auto batch = tail_->next(is_put_off ? kUnpublishedUs : kLookUs);
    if (!batch.ok()) {
      stop_because(batch.status());
      break;
    }
    for (const TailEvent& event : *batch) {
      if (!wait_while_paused() || !take(event)) return;
    }
    if (batch->empty()) {
      if (tail_->closed()) break;
      if (!wait_while_paused()) return;
      publish_if_due(true);
      tick_if_due();
    }
    score(false);
    checkpoint_if_due();
  }
}

bool Trainer::take(const TailEvent& taken) noexcept {
  const Event& event = taken.event;
  auto* rider = static_cast<Rider*>(taken.rider.get());
  lease_.begin(event.time_us);
  const bool is_replay = event.lsn <= recovered_;
  if (mark_) {
    if (Status tried = mark_->begin(event.lsn); !tried.ok()) {
      mark_.reset();
      stop_because(tried);
      return false;
    }
  }
  Status folded = fold_->apply(event, rider != nullptr && !rider->block.empty() ? &rider->block : nullptr, *student_,
                               rider != nullptr && rider->wants_result() ? &rider->result : nullptr,
                               is_replay ? nullptr : options_.observer);
  if (!folded.ok()) {
    stop_because(folded);
    return false;
  }
  lease_.advance(event.lsn);
  if (mark_ && event.lsn >= recovered_) {
    mark_->end();
    mark_.reset();
  }
  count();
  publish_if_due(event.lsn == appender_.end());
  if (rider != nullptr) {
    rider->is_armed = false;
    rider->end_stage();
  }
  applied_waiters_.reach(event.lsn);
  // A long batch must not hold up a checkpoint or the page.
  if ((event.lsn & 255) == 0) {
    score(false);
    checkpoint_if_due();
  }
  return !is_stopping_.load(std::memory_order_relaxed);
}

void Trainer::count() noexcept {
  const FoldCounts& counts = fold_->counts();
  if (counts.examples != 0 && gauges_.examples.load(std::memory_order_relaxed) == 0)
    show(TrainerState::learning, {});
  gauges_.features.store(lease_.schema().feature_count(), std::memory_order_release);
  gauges_.events.store(counts.events, std::memory_order_relaxed);
  gauges_.examples.store(counts.examples, std::memory_order_relaxed);
  gauges_.skipped.store(counts.skipped, std::memory_order_relaxed);
  gauges_.learned.store(counts.examples - replayed_examples_, std::memory_order_relaxed);
}

void Trainer::publish_if_due(bool is_idle) noexcept {
  if (lease_.publish_if_due(is_idle, published_waiters_.lowest()) && options_.observer != nullptr)
    options_.observer->published(lease_.applied());
  published_waiters_.reach(model_.clock().published.load(std::memory_order_relaxed));
}

// False: stop.
bool Trainer::wait_while_paused() noexcept {
  if (!is_pause_wanted_.load(std::memory_order_acquire)) return true;
  publish_if_due(true);
  show(TrainerState::paused, "paused by an administrator");
  while (is_pause_wanted_.load(std::memory_order_acquire)) {
    checkpoint_if_due();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return !is_pause_wanted_.load(std::memory_order_acquire) || is_stopping_.load(std::memory_order_acquire) ||
             (is_asked_.load(std::memory_order_acquire) && !is_writing_.load(std::memory_order_acquire));
    });
    if (is_stopping_.load(std::memory_order_acquire)) return false;
  }
  show(fold_->counts().examples == 0 ? TrainerState::waiting : TrainerState::learning, {});
  return true;
}

void Trainer::stop_because(const Status& why) noexcept {
  const std::string reason =
      "trainer stopped after event " + std::to_string(lease_.applied()) + ": " + std::string(why.text());
  notice(Level::error, reason);
  (void)lease_.publish();
  {
    const std::lock_guard lock(mutex_);
    has_failed_ = true;
  }
  show(TrainerState::stopped, reason);
  applied_waiters_.fail(Code::unavailable, reason);
  published_waiters_.reach(model_.clock().published.load(std::memory_order_relaxed));
  published_waiters_.fail(Code::unavailable, reason);
}

// No event comes, and something that waits is over: a tick says so in the log, for this fold and for every replay. While
// nothing is over the log stays as it is.
void Trainer::tick_if_due() noexcept {
  if (!fold_->is_overdue(unix_us(), lease_.working())) return;
  const int64_t now_ns = steady_ns();
  if (now_ns - ticked_ns_ < kTickNs) return;
  ticked_ns_ = now_ns;
  appender_.tick();
}

// ---- state

void Trainer::score(bool now) noexcept {
  if (!now && (scored_lsn_ == fold_->counts().lsn || steady_ns() - scored_ns_ < kScoreNs)) return;
  auto scores = scores_of(fold_->evaluation());
  scored_lsn_ = fold_->counts().lsn;
  scored_ns_ = steady_ns();
  const std::lock_guard lock(mutex_);
  scores_ = std::move(scores);
}

std::shared_ptr<const Scores> Trainer::scores() const noexcept {
  const std::lock_guard lock(mutex_);
  return scores_;
}

void Trainer::show(TrainerState state, std::string reason) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == state && reason_ == reason) return;
    state_ = state;
    reason_ = std::move(reason);
    since_us_ = unix_us();
  }
  if (options_.observer != nullptr) options_.observer->state_changed();
}

void Trainer::log_state(const Status& status) noexcept {
  {
    const std::lock_guard lock(mutex_);
    log_reason_ = status.ok() ? std::string() : "the log takes no events: " + std::string(status.text());
    since_us_ = unix_us();
  }
  if (!status.ok()) notice(Level::error, status.text());
  if (options_.observer != nullptr) options_.observer->state_changed();
}

TrainerState Trainer::state(std::string* reason, int64_t* since_us) const noexcept {
  const std::lock_guard lock(mutex_);
  const bool is_log = state_ != TrainerState::stopped && !log_reason_.empty();
  if (reason != nullptr) *reason = is_log ? log_reason_ : reason_;
  if (since_us != nullptr) *since_us = since_us_;
  return is_log ? TrainerState::stopped : state_;
}

void Trainer::wake() noexcept {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  if (tail_ != nullptr) tail_->wake();
}

void Trainer::pause() noexcept {
  is_pause_wanted_.store(true, std::memory_order_release);
  wake();
}

void Trainer::resume() noexcept {
  is_pause_wanted_.store(false, std::memory_order_release);
  wake();
}

// ---- checkpoints

void Trainer::checkpoint(CheckpointCallback done) noexcept {
  bool has_failed = false;
  {
    const std::lock_guard lock(mutex_);
    has_failed = has_failed_ || is_stopping_.load(std::memory_order_acquire);
    if (!has_failed) asked_.push_back(std::move(done));
  }
  if (has_failed) {
    CheckpointResult result;
    result.status = Status(Code::unavailable, "checkpoint: the trainer has stopped; its last state is not written");
    return done(std::move(result));
  }
  is_asked_.store(true, std::memory_order_release);
  wake();
}

bool Trainer::is_checkpoint_due() noexcept {
  if (is_writing_.load(std::memory_order_acquire)) return false;
  if (is_asked_.load(std::memory_order_acquire)) return true;
  const uint64_t fresh = fold_->counts().events - checkpoint_events_.load(std::memory_order_relaxed);
  if (fresh == 0) return false;
  return fresh >= options_.checkpoint_every_events ||
         steady_ns() >= checkpoint_due_ns_.load(std::memory_order_relaxed);
}

void Trainer::checkpoint_if_due() noexcept {
  if (copying_ != nullptr && !is_writing_.load(std::memory_order_acquire)) copying_ = nullptr;
  if (!is_checkpoint_due()) return;
  std::vector<CheckpointCallback> asked;
  {
    const std::lock_guard lock(mutex_);
    is_asked_.store(false, std::memory_order_release);
    asked.swap(asked_);
  }
  const bool is_new = fold_->counts().events != checkpoint_events_.load(std::memory_order_relaxed) ||
                      gauges_.checkpoint.load(std::memory_order_relaxed) == 0;
  if (is_new) return capture(std::move(asked));
  Capture same;
  same.lsn = gauges_.checkpoint;
  same.asked = std::move(asked);
  same.answer(Status(), gauges_.checkpoint_bytes);
}

// A copy of the learner as it is now. Of a live one only what its readers don't share is copied here.
Result<std::unique_ptr<Learner>> Trainer::twin() noexcept {
  Learner& learner = lease_.working();
  const std::span<Table* const> tables = learner.live_tables();
  if (model_.mode() != Publication::Mode::live || tables.empty()) return learner.clone();
  copying_.reset(new Copying{model_.read().retain(), TableCopy(tables)});
  auto twin = learner.clone();
  if (twin.ok()) FRESHET_TRY(copying_->tables.into((*twin)->live_tables()));
  return twin;
}

// Everything that training will change is copied, or watched; the rest happens on the background thread.
void Trainer::capture(std::vector<CheckpointCallback> asked) noexcept {
  auto capture = std::make_unique<Capture>();
  capture->asked = std::move(asked);
  capture->began_ns = steady_ns();
  capture->lsn = fold_->counts().lsn;
  capture->events = fold_->counts().events;
  checkpoint_due_ns_.store(capture->began_ns + options_.checkpoint_every_us * 1000, std::memory_order_relaxed);
  auto learner = twin();
  if (!learner.ok()) {
    notice(Level::error, learner.status().text());
    return capture->answer(learner.status(), 0);
  }
  capture->learner = *std::move(learner);
  capture->tables = copying_ == nullptr ? nullptr : &copying_->tables;
  if (Status saved = fold_->save(capture->file, lease_.schema()); !saved.ok()) {
    notice(Level::error, saved.text());
    return capture->answer(saved, 0);
  }
  capture->file.add_chunk(kDuplicatesTag, true, appender_.duplicates(capture->lsn));
  is_writing_.store(true, std::memory_order_release);
  job_->set(std::move(capture));
  threads_.background.post(*job_);
}

void Trainer::write(Capture& capture) noexcept {
  uint64_t bytes = 0;
  Status written = write_file(capture, &bytes);
  if (written.ok()) {
    gauges_.checkpoint_bytes = bytes;
    gauges_.checkpoint_us = unix_us();
    gauges_.checkpoint_cost_us = (steady_ns() - capture.began_ns) / 1000;
    gauges_.checkpoint = capture.lsn;
    checkpoint_events_ = capture.events;
    if (options_.observer != nullptr) options_.observer->checkpointed(capture.lsn, bytes);
  } else {
    notice(Level::error, "checkpoint at " + std::to_string(capture.lsn) + ": " + std::string(written.text()));
    checkpoint_due_ns_ = steady_ns() + kRetryNs;
  }
  make_room();
  is_writing_.store(false, std::memory_order_release);
  capture.answer(written, bytes);
  wake();  // somebody may have asked meanwhile
}

Status Trainer::write_file(Capture& capture, uint64_t* bytes) noexcept {
  if (capture.tables != nullptr) FRESHET_TRY(capture.tables->run());
  FRESHET_TRY(appender_.sync(capture.lsn));
  const auto id = std::span(appender_.log().model_id());
  capture.file.keys["log.id"] = std::vector<std::byte>(id.begin(), id.end());
  capture.file.keys["log.token"] = appender_.log().token();
  capture.file.keys["freshet.build"] = build_name();
  capture.file.keys["freshet.cpu"] = cpu_name();
  FRESHET_TRY(capture.file.add_learner(*capture.learner));
  const std::vector<std::byte> file = capture.file.finish();
  auto reader = ModelFileReader::open(file);
  if (!reader.ok()) return std::move(reader).status();
  FRESHET_TRY(store_.write(capture.lsn, file));
  *bytes = file.size();
  AppendRequest record;
  record.kind = EventKind::checkpoint;
  record.body = PayloadBuilder()
                    .text(Tag::json, format_note({options_.slot, capture.lsn, state_crc(*reader), build_name(), cpu_name()}))
                    .take();
  (void)appender_.submit(std::move(record));  // draining or full: the file speaks for itself
  return {};
}

void Trainer::make_room() noexcept {
  auto oldest = store_.retain(unix_us(), options_.retain_checkpoint_bytes);
  if (!oldest.ok()) return notice(Level::warning, oldest.status().text());
  if (*oldest == 0 || options_.keeps_log) return;
  Retention retention;
  retention.oldest_checkpoint = *oldest;
  retention.newest_checkpoint = gauges_.checkpoint;
  retention.max_bytes = options_.retain_bytes;
  if (auto removed = appender_.log().retain(retention); !removed.ok())
    notice(Level::warning, removed.status().text());
}

}  // namespace freshet
