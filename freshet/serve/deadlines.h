#pragma once
/// Replies that wait for something else, but not for ever: whoever comes first, the event or the deadline, answers.
///
/// A call and what it borrows live until its reply is gone, so everything that answers later takes the reply first and
/// looks at the call only if it got it. One thread for all; nothing happens on it but answers that came too late.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "freshet/net/service.h"
#include "freshet/runtime/callback.h"

namespace freshet {

class Deadlines;

/// One reply that waits.
class WaitingReply {
 public:
  /// The reply, once: null for everybody who comes after. Any thread.
  std::unique_ptr<Reply> take() noexcept;
  /// Called once the deadline has answered, at once if it has. At most one; any thread.
  void if_late(Callback<> call) noexcept;

 private:
  friend class Deadlines;
  WaitingReply(Deadlines& deadlines, std::unique_ptr<Reply> reply) noexcept
      : deadlines_(deadlines), reply_(std::move(reply)) {}
  void be_late() noexcept;

  Deadlines& deadlines_;
  std::mutex mutex_;
  std::unique_ptr<Reply> reply_;
  Callback<> if_late_;
  bool is_late_ = false;
  std::pair<int64_t, uint64_t> place_{};  // in the list; 0: it has no deadline
};

class Deadlines {
 public:
  Deadlines() noexcept;
  /// Whoever waits then waits without a deadline.
  ~Deadlines();

  /// Answered `deadline` at `when_us` (steady clock; 0: never) unless somebody has taken it before.  REQUIRES: *this
  /// outlives it.
  std::shared_ptr<WaitingReply> wait(std::unique_ptr<Reply> reply, int64_t when_us) noexcept;

 private:
  friend class WaitingReply;
  void forget(std::pair<int64_t, uint64_t> place) noexcept;
  void run() noexcept;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<int64_t, uint64_t>, std::shared_ptr<WaitingReply>> due_;
  uint64_t last_ = 0;
  bool is_ended_ = false;
  std::thread thread_;
};

/// What a call is told that could not be served in the time it allows.
Status too_late() noexcept;
/// That time is over.
bool is_late(const Call& call) noexcept;

}  // namespace freshet
