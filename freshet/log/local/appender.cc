#include "freshet/log/local/appender.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kSliceBytes = uint64_t{1} << 20;  // appended, answered and shown together
constexpr std::size_t kSliceEvents = 500;
const constinit Status kOk;

Status copy_of(const Status& status) {
  return status.ok() ? Status() : failure(status.code(), status.text(), status.at());
}

// A body was checked when it was submitted.
Payload payload_of(std::span<const std::byte> body) {
  Result<Payload> payload = Payload::parse(body);
  return payload.ok() ? *payload : Payload();
}

}  // namespace

/// One of the appender's steps as a job of a worker.
template <void (Appender::*step)() noexcept>
class Appender::Step final : public Job {
 public:
  explicit Step(Appender& owner) noexcept : owner_(owner) {}

 protected:
  void run() noexcept override { (owner_.*step)(); }

 private:
  Appender& owner_;
};

/// What was decided about the requests of one slice, before they are written.
struct Appender::Slice {
  struct Decision {
    AppendRequest* request;
    Status status;       // refused; or
    Appended appended;   // where it is, or will be
    bool fresh = false;  // one of `events`
  };
  std::vector<Decision> decisions;
  std::vector<Event> events;  // to be written, in order
  Lsn next = 0;               // of the first of them
  int64_t time_us = 0;
  uint64_t bytes = 0;   // of events
  uint64_t queued = 0;  // of all requests

  void clear() noexcept {
    decisions.clear();
    events.clear();
    bytes = queued = 0;
  }
};

Appender::Appender(LogThreads& threads, AppenderOptions options) noexcept
    : threads_(threads),
      options_(std::move(options)),
      append_job_(std::make_unique<Step<&Appender::append_step>>(*this)),
      sync_job_(std::make_unique<Step<&Appender::sync_step>>(*this)),
      background_job_(std::make_unique<Step<&Appender::background_step>>(*this)),
      slice_(std::make_unique<Slice>()) {}

Result<std::unique_ptr<Appender>> Appender::open(LogThreads& threads, WriterLock lock,
                                                 AppenderOptions options) noexcept {
  std::unique_ptr<Appender> appender(new Appender(threads, std::move(options)));
  const AppenderOptions& asked = appender->options_;
  appender->phase_ = Phase::closed;  // nothing to close if opening fails
  if (!asked.duplicates.empty()) FRESHET_TRY(appender->duplicates_.load(asked.duplicates));
  LocalLogOptions log = asked.log;
  log.each = [&](const Event& event) {
    const Result<Payload> payload = Payload::parse(event.body);
    if (payload.ok()) appender->duplicates_.note(event.lsn, event.time_us, *payload);
    appender->last_is_tick_ = event.kind == EventKind::tick;
    if (asked.log.each) asked.log.each(event);
  };
  FRESHET_TRY_ASSIGN(appender->log_, LocalLog::open(std::move(lock), std::move(log)));
  appender->shown_ = appender->log_->end();
  appender->phase_ = Phase::open;
  return appender;
}

Appender::~Appender() {
  (void)close().ok();
}

Status Appender::submit(AppendRequest&& request) noexcept {
  FRESHET_TRY(Payload::parse(request.body));
  const uint64_t bytes = record_bytes(request.body.size());
  {
    const std::lock_guard lock(queue_mutex_);
    if (phase_ != Phase::open) return refusal();
    if (queue_.size() >= options_.max_queue || queue_bytes_ + bytes > options_.max_queue_bytes ||
        queue_bytes_ + bytes + backlog_.load(std::memory_order_relaxed) > options_.max_backlog) {
      rejected_.fetch_add(1, std::memory_order_relaxed);
      return {Code::exhausted,
              "log: queue_full: the model is learning as fast as it can; try again soon"};
    }
    queue_bytes_ += bytes;
    queue_.push_back(std::move(request));
    // Posted under the lock: close() must not find the queue drained and go while a post is still to come.
    if (!std::exchange(append_posted_, true)) threads_.appender.post(*append_job_);
  }
  return {};
}

void Appender::tick() noexcept {
  const std::lock_guard lock(queue_mutex_);
  if (phase_ != Phase::open || !queue_.empty()) return;
  tick_asked_ = true;
  if (!std::exchange(append_posted_, true)) threads_.appender.post(*append_job_);
}

Result<Appended> Appender::append(AppendRequest request) noexcept {
  struct Wait {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<Appended>> result;
  } wait;
  request.done = [&wait, then = std::move(request.done)](const Status& status,
                                                         const Appended& appended) {
    if (then) then(status, appended);
    const std::lock_guard lock(wait.mutex);
    wait.result.emplace(status.ok() ? Result<Appended>(appended)
                                    : Result<Appended>(copy_of(status)));
    wait.done.notify_one();
  };
  FRESHET_TRY(submit(std::move(request)));
  std::unique_lock lock(wait.mutex);
  wait.done.wait(lock, [&] { return wait.result.has_value(); });
  return *std::move(wait.result);
}

// Appender thread.
void Appender::append_step() noexcept {
  bool is_asked = false;
  {
    const std::lock_guard lock(queue_mutex_);
    append_posted_ = false;
    appending_ = true;
    taken_.swap(queue_);
    is_asked = std::exchange(tick_asked_, false);
  }
  if (taken_.empty() && (is_asked || tick_is_due())) add_tick();
  for (std::size_t at = 0; at < taken_.size();)
    at = append_slice(at);
  taken_.clear();
  if (log_->wants_preparing()) threads_.background.post(*background_job_);
  if (wants_tick()) threads_.appender.post(*append_job_, tick_due_.load());
  const std::lock_guard lock(queue_mutex_);
  appending_ = false;
  drained_.notify_all();
}

bool Appender::wants_tick() const noexcept {
  return options_.ticks && !last_is_tick_ && log_->end() == log_->durable() &&
         tick_due_.load() != Time::max();
}

bool Appender::tick_is_due() const noexcept {
  return wants_tick() && Clock::now() >= tick_due_.load();
}

void Appender::add_tick() noexcept {
  tick_carries_ = log_->durable() == log_->end();
  taken_.push_back({.kind = EventKind::tick, .examples = 0, .body = {}, .done = {}, .rider = {}});
  const std::lock_guard lock(queue_mutex_);
  queue_bytes_ += record_bytes(0);
}

// Appends requests from `at` on, as many as make one write; answers them; shows them. Returns where
// it stopped.
std::size_t Appender::append_slice(std::size_t at) noexcept {
  Slice& slice = *slice_;
  slice.clear();
  slice.next = log_->end() + 1;
  slice.time_us = log_->next_time_us();
  for (; at < taken_.size() && slice.events.size() < kSliceEvents && slice.bytes < kSliceBytes;
       at++)
    decide(taken_[at]);
  std::size_t done = 0;
  const Status status =
      slice.events.empty() ? Status() : log_->append_some(slice.events, slice.time_us, &done);
  if (done < slice.events.size()) {
    const std::lock_guard lock(duplicates_mutex_);
    duplicates_.forget(slice.next + done);
  }
  const std::shared_ptr<const Batch> batch = take_batch(done);
  answer(status, slice.next + done);
  if (batch) show(batch);
  if (batch) expect_sync(batch->bytes);
  if (!status.ok()) stop_for(status);
  return at;
}

// Appended, duplicate or refused: decided in the order of arrival, as if each were written before
// the next is looked at.
void Appender::decide(AppendRequest& request) noexcept {
  Slice& slice = *slice_;
  Slice::Decision& decision = slice.decisions.emplace_back(&request, Status(), Appended{}, false);
  slice.queued += record_bytes(request.body.size());
  const Lsn next = slice.next + slice.events.size();
  const Payload payload = payload_of(request.body);
  const std::lock_guard lock(duplicates_mutex_);
  Result<Lsn> had = find_duplicate(payload, slice.time_us);
  if (!had.ok()) {
    decision.status = std::move(had).status();
    return;
  }
  if (*had != 0) {
    decision.appended = {.lsn = *had, .time_us = 0, .duplicate = true};
    return;
  }
  if (options_.admit) {
    Result<std::optional<Appended>> admitted = options_.admit(request, next);
    if (!admitted.ok())
      decision.status = std::move(admitted).status();
    else if (*admitted)
      decision.appended = **admitted;
    if (!decision.status.ok() || decision.appended.lsn != 0) return;
  }
  duplicates_.note(next, slice.time_us, payload);
  decision.appended = {.lsn = next, .time_us = slice.time_us, .duplicate = false};
  decision.fresh = true;
  slice.events.push_back({.lsn = 0,
                          .token = 0,
                          .time_us = 0,
                          .kind = request.kind,
                          .examples = request.examples,
                          .body = request.body});
  slice.bytes += record_bytes(request.body.size());
}

// REQUIRES: duplicates_mutex_.
Result<Lsn> Appender::find_duplicate(const Payload& payload, int64_t now_us) const noexcept {
  if (const auto id = payload.dedup()) {
    if (const Lsn had = duplicates_.find(*id, now_us); had != 0) return had;
  }
  const auto range = payload.source();
  return range ? duplicates_.find(*range) : Result<Lsn>(Lsn{0});
}

// The first `done` events of the slice, with their bodies and riders; null if there is none.
std::shared_ptr<const Batch> Appender::take_batch(std::size_t done) noexcept {
  Slice& slice = *slice_;
  {
    const std::lock_guard lock(queue_mutex_);
    queue_bytes_ -= slice.queued;
  }
  if (done == 0) return nullptr;
  auto batch = std::make_shared<Batch>();
  batch->events.reserve(done);
  batch->bodies.reserve(done);
  for (Slice::Decision& decision : slice.decisions) {
    if (batch->events.size() == done) break;
    if (!decision.fresh) continue;
    batch->events.push_back(
        {slice.events[batch->events.size()], std::move(decision.request->rider)});
    batch->bodies.push_back(std::move(decision.request->body));
    batch->bytes += record_bytes(batch->bodies.back().size());
  }
  records_.fetch_add(done, std::memory_order_relaxed);
  bytes_.fetch_add(batch->bytes, std::memory_order_relaxed);
  groups_.fetch_add(1, std::memory_order_relaxed);
  last_is_tick_ = tick_carries_ && batch->events.back().event.kind == EventKind::tick;
  return batch;
}

// Calls back, in order. What has `unwritten` or a later LSN, or is a duplicate of such, was not
// appended: why says `status`.
void Appender::answer(const Status& status, Lsn unwritten) noexcept {
  for (Slice::Decision& decision : slice_->decisions) {
    if (decision.appended.duplicate) duplicate_count_.fetch_add(1, std::memory_order_relaxed);
    if (!decision.request->done) continue;
    if (!decision.status.ok()) {
      decision.request->done(decision.status, {});
    } else if (decision.appended.lsn >= unwritten && !status.ok()) {
      decision.request->done(status, {});
    } else {
      decision.request->done(kOk, decision.appended);
    }
  }
}

// The log took only a part: for good, or until the disk has room.
void Appender::stop_for(const Status& status) noexcept {
  if (log_->failed()) {
    set_phase(Phase::failed, status);
    threads_.syncer.post(*sync_job_);  // tells the durable waiters
  } else {
    set_phase(Phase::waiting, status);
    threads_.background.post(*background_job_,
                             Clock::now() + std::chrono::microseconds(options_.retry_us));
  }
}

// Background thread: the next segment; and whether there is room again.
void Appender::background_step() noexcept {
  const Status status = log_->prepare();
  if (status.ok()) {
    set_phase(Phase::open, status);
    return;
  }
  if (options_.make_room) options_.make_room();
  threads_.background.post(*background_job_,
                           Clock::now() + std::chrono::microseconds(options_.retry_us));
}

std::vector<std::byte> Appender::duplicates(Lsn upto) noexcept {
  const std::lock_guard lock(duplicates_mutex_);
  return duplicates_.save(upto);
}

std::optional<uint64_t> Appender::source_mark(std::string_view name, uint32_t partition) noexcept {
  const std::lock_guard lock(duplicates_mutex_);
  return duplicates_.mark(name, partition);
}

void Appender::set_phase(Phase phase, const Status& why) noexcept {
  {
    const std::lock_guard lock(queue_mutex_);
    const bool worse = phase > phase_, better = phase == Phase::open && phase_ == Phase::waiting;
    if (!worse && !better) return;
    phase_ = phase;
    why_ = why.text();
  }
  if (options_.state_changed) options_.state_changed(why);
}

// REQUIRES: queue_mutex_.
Status Appender::refusal() const noexcept {
  if (phase_ == Phase::open) return {};
  if (phase_ == Phase::closing || phase_ == Phase::closed)
    return {Code::unavailable, "log: closed"};
  return failure(Code::unavailable, why_);
}

Status Appender::state() const noexcept {
  const std::lock_guard lock(queue_mutex_);
  return refusal();
}

AppenderStats Appender::stats() const noexcept {
  const auto read = [](const std::atomic<uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {.records = read(records_),
          .bytes = read(bytes_),
          .groups = read(groups_),
          .syncs = read(syncs_),
          .acks = read(acks_),
          .duplicates = read(duplicate_count_),
          .rejected = read(rejected_)};
}

uint64_t Appender::backlog_bytes() const noexcept {
  const std::lock_guard lock(queue_mutex_);
  return queue_bytes_ + backlog_.load(std::memory_order_relaxed);
}

Status Appender::close() noexcept {
  {
    std::unique_lock lock(queue_mutex_);
    if (phase_ == Phase::closing || phase_ == Phase::closed) {
      drained_.wait(lock, [&] { return phase_ == Phase::closed; });
      return {};
    }
    phase_ = Phase::closing;
    closing_ = true;
    drained_.wait(lock, [&] { return queue_.empty() && !appending_; });
  }
  threads_.syncer.cancel(*sync_job_);  // it could post the append job; when it runs again it won't
  threads_.appender.cancel(*append_job_);  // from here on this thread is the appender
  Status status = finish();
  {
    const std::lock_guard lock(waiters_mutex_);
    waiters_closed_ = true;
  }
  threads_.syncer.cancel(*sync_job_);
  threads_.background.cancel(*background_job_);
  answer_waiters(status.ok() ? Status(Code::unavailable, "log: closed") : copy_of(status));
  const Status closed = log_->close();
  if (status.ok() && !closed.ok()) status = copy_of(closed);
  {
    const std::lock_guard lock(tail_mutex_);
    ended_ = true;
    tail_wake_.notify_all();
  }
  const std::lock_guard lock(queue_mutex_);
  phase_ = Phase::closed;
  drained_.notify_all();
  return status;
}

// Syncs, and says so in the log: a tick carries the durable LSN, so that damage below it is found.
Status Appender::finish() noexcept {
  FRESHET_TRY(log_->sync(log_->end()));
  if (!options_.ticks || last_is_tick_ || log_->end() == 0) return {};
  taken_.clear();
  add_tick();
  append_slice(0);
  taken_.clear();
  return log_->sync(log_->end());
}

}  // namespace freshet
