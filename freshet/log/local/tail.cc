#include <algorithm>
#include <chrono>
#include <cstring>

#include "freshet/log/local/appender.h"

// The readers' side of the appender: the window of events in memory, and the files behind it.
namespace freshet {
namespace {

constexpr uint64_t kReadBytes = uint64_t{1} << 20;  // handed out at once from files
constexpr std::size_t kReadEvents = 4096;

constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) & ~std::size_t{7};
}

Lsn first_of(const Batch& batch) {
  return batch.events.front().event.lsn;
}
Lsn last_of(const Batch& batch) {
  return batch.events.back().event.lsn;
}

}  // namespace

Tail::Tail(Appender& appender, Lsn from, Role role) noexcept
    : appender_(appender), role_(role), position_(from - 1), released_(from - 1) {}

Tail::~Tail() {
  appender_.leave(*this);
}

void Tail::wake() noexcept {
  const std::lock_guard lock(appender_.tail_mutex_);
  woken_ = true;
  appender_.tail_wake_.notify_all();
}

bool Tail::closed() const noexcept {
  const std::lock_guard lock(appender_.tail_mutex_);
  return appender_.ended_ && position_ >= appender_.shown_;
}

Result<std::span<const TailEvent>> Tail::next(int64_t wait_us) noexcept {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(wait_us);
  if (role_ == Role::gate && released_ != position_) appender_.applied(position_);
  std::unique_lock lock(appender_.tail_mutex_);
  released_ = position_;
  if (batch_ && role_ == Role::gate) appender_.backlog_ -= batch_->bytes;
  batch_.reset();
  appender_.release_batches();
  for (;;) {
    if (position_ < appender_.shown_) break;
    if (woken_ || appender_.ended_) {
      woken_ = false;
      return std::span<const TailEvent>();
    }
    appender_.waiting_tails_++;
    const bool late =
        wait_us <= 0 || appender_.tail_wake_.wait_until(lock, until) == std::cv_status::timeout;
    appender_.waiting_tails_--;
    if (late && position_ >= appender_.shown_ && !woken_) return std::span<const TailEvent>();
  }
  const auto& window = appender_.window_;
  if (window.empty() || first_of(*window.front()) > position_ + 1) {
    const Lsn upto = window.empty() ? appender_.shown_ : first_of(*window.front()) - 1;
    lock.unlock();
    return from_files(upto);
  }
  const auto found = std::ranges::partition_point(
      window, [&](const auto& batch) { return last_of(*batch) <= position_; });
  batch_ = *found;
  const std::size_t seen = static_cast<std::size_t>(position_ + 1 - first_of(*batch_));
  position_ = last_of(*batch_);
  cursor_.reset();
  return std::span<const TailEvent>(batch_->events).subspan(seen);
}

// Copies a stretch of events out of the files, none above `upto`.
Result<std::span<const TailEvent>> Tail::from_files(Lsn upto) noexcept {
  if (!cursor_) cursor_ = std::make_unique<LocalLog::Cursor>(*appender_.log_, position_ + 1);
  read_.clear();
  read_bytes_.clear();
  while (position_ < upto && read_bytes_.size() < kReadBytes && read_.size() < kReadEvents) {
    Event event{};
    FRESHET_TRY_ASSIGN(const bool found, cursor_->next(&event));
    if (!found) break;
    position_ = event.lsn;
    read_bytes_.insert(read_bytes_.end(), event.body.begin(), event.body.end());
    read_bytes_.resize(padded(read_bytes_.size()));
    read_.push_back({event, nullptr});
  }
  std::size_t begin = 0;  // now that the copies lie still, the events show them
  for (TailEvent& shown : read_) {
    shown.event.body = std::span(read_bytes_).subspan(begin, shown.event.body.size());
    begin += padded(shown.event.body.size());
  }
  return std::span<const TailEvent>(read_);
}

std::unique_ptr<Tail> Appender::tail(Lsn from, Tail::Role role) noexcept {
  std::unique_ptr<Tail> tail(new Tail(*this, from, role));
  const std::lock_guard lock(tail_mutex_);
  tails_.push_back(tail.get());
  if (role != Tail::Role::gate) return tail;
  gate_ = tail.get();
  for (const auto& batch : window_) {
    if (last_of(*batch) >= from) backlog_ += batch->bytes;
  }
  return tail;
}

void Appender::leave(Tail& tail) noexcept {
  const std::lock_guard lock(tail_mutex_);
  std::erase(tails_, &tail);
  if (gate_ == &tail) {
    gate_ = nullptr;
    backlog_ = 0;
  }
  release_batches();
}

// The trainer has learned everything up to `upto`.
void Appender::applied(Lsn upto) noexcept {
  const std::lock_guard lock(duplicates_mutex_);
  duplicates_.applied(upto);
}

void Appender::show(std::shared_ptr<const Batch> batch) noexcept {
  const std::lock_guard lock(tail_mutex_);
  shown_ = last_of(*batch);
  window_bytes_ += batch->bytes;
  if (gate_ != nullptr) backlog_ += batch->bytes;
  window_.push_back(std::move(batch));
  release_batches();
  if (waiting_tails_ != 0) tail_wake_.notify_all();
}

// Drops what nobody needs in memory any more: what the gate has applied, once the followers have it
// too or have fallen further behind than the window is long. REQUIRES: tail_mutex_.
void Appender::release_batches() noexcept {
  Lsn slowest = shown_;
  for (const Tail* tail : tails_)
    slowest = std::min(slowest, tail->released_);
  while (!window_.empty()) {
    const Batch& oldest = *window_.front();
    if (gate_ != nullptr && gate_->released_ < last_of(oldest)) break;
    if (slowest < last_of(oldest) && window_bytes_ <= options_.max_backlog) break;
    window_bytes_ -= oldest.bytes;
    window_.pop_front();
  }
}

}  // namespace freshet
