#pragma once
/// How many columns `x` has, for a model that has learned nothing yet: the first call that is accepted says so, and those
/// that come before it is answered must agree. Any thread.

#include <atomic>
#include <cstdint>
#include <mutex>

#include "freshet/base/status.h"
#include "freshet/net/service.h"

namespace freshet {

class FirstColumns {
 public:
  /// 0: no call has said it.
  uint32_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

  /// A call to an empty model. True: answered() is owed. `invalid_argument`: another number than a call before it has.
  Result<bool> ask(const Call& call) noexcept;
  /// Calls that were all refused have fixed nothing.
  void answered(bool accepted) noexcept;

 private:
  std::atomic<uint32_t> count_{0};
  std::mutex mutex_;
  uint32_t open_calls_ = 0;   // that count on count_ and may still be refused
  bool is_accepted_ = false;  // by one of them
};

}  // namespace freshet
