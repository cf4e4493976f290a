#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/log/local/appender.h"

// The syncer's side of the appender: one fdatasync for all who wait. While it runs the next group gathers, so that n
// clients that each wait for their ack settle into two cohorts, n/2 acks a sync, without a timer.
namespace freshet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kSyncBytes = uint64_t{8} << 20;  // appended and not synced: begins without a waiter
const constinit Status kOk;

Status copy_of(const Status& status) {
  return status.ok() ? Status() : failure(status.code(), status.text(), status.at());
}

}  // namespace

// An append asks for a sync within idle_sync_us, whoever waits; at once when much is not synced, so that the end of a
// segment, which must be synced before the next one begins, never waits for much.
void Appender::expect_sync(uint64_t bytes) noexcept {
  Time none = Time::max();
  const Time now = Clock::now();
  const Time due = now + std::chrono::microseconds(options_.idle_sync_us);
  if (sync_due_.compare_exchange_strong(none, due)) threads_.syncer.post(*sync_job_, due);
  if (unsynced_.fetch_add(bytes) + bytes < kSyncBytes) return;
  unsynced_ = 0;
  sync_due_ = now;
  threads_.syncer.post(*sync_job_, now);
}

// Syncer thread.
void Appender::sync_step() noexcept {
  answer_waiters(kOk);
  const Time now = Clock::now();
  if (!has_waiters() && !log_->failed() && now < sync_due_.load()) {
    if (sync_due_.load() != Time::max()) threads_.syncer.post(*sync_job_, sync_due_.load());
    return;
  }
  const Time rest = answered_ + std::chrono::microseconds(options_.sync_delay_us);
  if (now < rest &&
      !closing_) {  // clients just answered are about to come again: let them into this group
    threads_.syncer.post(*sync_job_, rest);
    return;
  }
  unsynced_ = 0;
  sync_due_ = Time::max();  // before the sync: what is appended meanwhile asks again
  if (log_->durable() < log_->end()) {
    const Status status = log_->sync(log_->end());
    syncs_.fetch_add(1, std::memory_order_relaxed);
    if (options_.synced) {
      options_.synced(
          std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - now).count());
    }
    if (!status.ok()) set_phase(Phase::failed, status);
    answer_waiters(status);
    answered_ = Clock::now();
    if (!status.ok()) return;
  }
  tick_due_ = Clock::now() + std::chrono::microseconds(options_.idle_sync_us);
  if (wants_tick() && !closing_) threads_.appender.post(*append_job_, tick_due_.load());
}

bool Appender::has_waiters() const noexcept {
  const std::lock_guard lock(waiters_mutex_);
  return !waiters_.empty();
}

// Answers those whose LSN is durable; with a failure, all.
void Appender::answer_waiters(const Status& status) noexcept {
  std::vector<Waiter> ready;
  const Lsn durable = log_->durable();
  {
    const std::lock_guard lock(waiters_mutex_);
    const auto later = std::ranges::stable_partition(
        waiters_, [&](const Waiter& waiter) { return waiter.lsn > durable && status.ok(); });
    std::ranges::move(later, std::back_inserter(ready));
    waiters_.erase(later.begin(), waiters_.end());
  }
  for (const Waiter& waiter : ready) {
    const bool ok = waiter.lsn <= durable;
    if (ok) acks_.fetch_add(1, std::memory_order_relaxed);
    waiter.call(ok ? kOk : status);
  }
}

void Appender::when_durable(Lsn lsn, std::function<void(const Status&)> call) noexcept {
  bool waits = false;
  if (log_->durable() < lsn) {
    const std::lock_guard lock(waiters_mutex_);
    waits = !waiters_closed_;
    if (waits) waiters_.push_back({lsn, std::move(call)});
    if (waits)
      threads_.syncer.post(*sync_job_,
                           Clock::now() + std::chrono::microseconds(options_.sync_delay_us));
  }
  if (waits) return;
  if (log_->durable() >= lsn) {
    acks_.fetch_add(1, std::memory_order_relaxed);
    call(kOk);
  } else {
    call(state());
  }
}

Status Appender::sync(Lsn upto) noexcept {
  struct Wait {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Status> status;
  } wait;
  when_durable(upto, [&wait](const Status& status) {
    const std::lock_guard lock(wait.mutex);
    wait.status.emplace(copy_of(status));
    wait.done.notify_one();
  });
  std::unique_lock lock(wait.mutex);
  wait.done.wait(lock, [&] { return wait.status.has_value(); });
  return *std::move(wait.status);
}

}  // namespace freshet
