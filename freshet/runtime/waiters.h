#pragma once
/// Callbacks that wait for a number that only rises: an LSN learned, an LSN published.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "freshet/base/failure.h"
#include "freshet/base/status.h"
#include "freshet/log/log.h"
#include "freshet/runtime/callback.h"
#include "freshet/runtime/model.h"

namespace freshet {

/// Whoever raises the number calls reach(). Whoever adds a waiter looks at the number once more afterwards and, if it
/// has passed, calls reach() too; and sees to it that the raiser looks again, because a relaxed look may miss the waiter.
class LsnWaiters {
 public:
  /// Calls back when `lsn` is reached or fail() is called. Returns a number for cancel(); 0: it has been called. Any thread.
  uint64_t add(Lsn lsn, Callback<const Status&> call) noexcept {
    {
      const std::lock_guard lock(mutex_);
      if (failed_ == Code::ok) {
        waiting_.emplace(std::pair(lsn, ++last_), std::move(call));
        update();
        return last_;
      }
    }
    call(failure(failed_, text_));  // both are set once
    return 0;
  }

  /// True: it will not be called. Any thread.
  bool cancel(uint64_t number) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
      if (at->first.second != number) continue;
      waiting_.erase(at);
      update();
      return true;
    }
    return false;
  }

  /// The number is `lsn` now. Any thread; callbacks run here, without the lock.
  void reach(Lsn lsn) noexcept {
    if (lowest_.load(std::memory_order_acquire) > lsn) return;
    std::vector<Callback<const Status&>> due;
    {
      const std::lock_guard lock(mutex_);
      while (!waiting_.empty() && waiting_.begin()->first.first <= lsn) {
        due.push_back(std::move(waiting_.begin()->second));
        waiting_.erase(waiting_.begin());
      }
      update();
    }
    for (auto& call : due) call(Status());
  }

  /// It will rise no more: everybody waiting, and everybody who comes, gets this.
  void fail(Code code, std::string_view text) noexcept {
    std::vector<Callback<const Status&>> due;
    {
      const std::lock_guard lock(mutex_);
      if (failed_ != Code::ok) return;
      failed_ = code;
      text_ = text;
      for (auto& [key, call] : waiting_) due.push_back(std::move(call));
      waiting_.clear();
      update();
    }
    for (auto& call : due) call(failure(code, text));
  }

  /// The lowest LSN waited for; the largest number if none is. Any thread.
  Lsn lowest() const noexcept { return lowest_.load(std::memory_order_acquire); }

 private:
  void update() noexcept {
    lowest_.store(waiting_.empty() ? kNobodyWaits : waiting_.begin()->first.first,
                  std::memory_order_release);
  }
  std::mutex mutex_;
  std::map<std::pair<Lsn, uint64_t>, Callback<const Status&>> waiting_;
  uint64_t last_ = 0;
  Code failed_ = Code::ok;
  std::string text_;
  std::atomic<Lsn> lowest_{kNobodyWaits};
};

}  // namespace freshet
