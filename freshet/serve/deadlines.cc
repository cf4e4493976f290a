#include "freshet/serve/deadlines.h"

#include <algorithm>
#include <chrono>

#include "freshet/runtime/clock.h"

namespace freshet {

Status too_late() noexcept {
  return {Code::deadline,
          "timeout: the time that the call allows was over before it could be served; allow more"};
}

bool is_late(const Call& call) noexcept {
  return call.deadline_us != 0 && steady_us() >= call.deadline_us;
}

std::unique_ptr<Reply> WaitingReply::take() noexcept {
  std::unique_ptr<Reply> reply;
  {
    const std::lock_guard lock(mutex_);
    reply = std::move(reply_);
  }
  if (reply != nullptr && place_.second != 0) deadlines_.forget(place_);
  return reply;
}

void WaitingReply::if_late(Callback<> call) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!is_late_) {
      if_late_ = std::move(call);
      return;
    }
  }
  call();
}

void WaitingReply::be_late() noexcept {
  std::unique_ptr<Reply> reply;
  Callback<> call;
  {
    const std::lock_guard lock(mutex_);
    if (reply_ == nullptr) return;
    is_late_ = true;
    reply = std::move(reply_);
    call = std::move(if_late_);
  }
  reply->finish(too_late());
  reply = nullptr;
  call();
}

Deadlines::Deadlines() noexcept : thread_([this]() noexcept { run(); }) {}

Deadlines::~Deadlines() {
  {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<WaitingReply> Deadlines::wait(std::unique_ptr<Reply> reply,
                                              int64_t when_us) noexcept {
  std::shared_ptr<WaitingReply> waiting(new WaitingReply(*this, std::move(reply)));
  if (when_us == 0) return waiting;
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    waiting->place_ = {when_us, ++last_};
    due_.emplace(waiting->place_, waiting);
    is_first = due_.begin()->second == waiting;
  }
  if (is_first) changed_.notify_all();
  return waiting;
}

void Deadlines::forget(std::pair<int64_t, uint64_t> place) noexcept {
  const std::lock_guard lock(mutex_);
  due_.erase(place);
}

void Deadlines::run() noexcept {
  std::unique_lock lock(mutex_);
  while (!is_ended_) {
    if (due_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const int64_t left_us = due_.begin()->first.first - steady_us();
    if (left_us > 0) {
      // A deadline may lie centuries ahead; nobody waits past an hour without another look.
      changed_.wait_for(lock, std::chrono::microseconds(std::min<int64_t>(left_us, 3'600'000'000)));
      continue;
    }
    const std::shared_ptr<WaitingReply> late = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    lock.unlock();
    late->be_late();
    lock.lock();
  }
}

}  // namespace freshet
