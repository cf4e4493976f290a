#pragma once
/// A bounded queue between threads that hand over big things: blocks of examples, not single ones,
/// so a lock and a wake-up for each costs nothing that could be measured.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace freshet {

template <class T>
class Queue {
 public:
  /// capacity: push() waits while so many are inside.
  explicit Queue(std::size_t capacity) : capacity_(capacity) {}

  /// False: the queue is closed, and `item` is gone.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [&] { return is_closed_ || items_.size() < capacity_; });
    if (is_closed_) return false;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
    return true;
  }

  /// The oldest; waits for one. False: the queue is closed, and nothing is left.
  bool pop(T& item) {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return is_closed_ || !items_.empty(); });
    if (items_.empty()) return false;
    item = std::move(items_.front());
    items_.pop_front();
    not_full_.notify_one();
    return true;
  }

  /// Nobody waits any more; what is inside can still be taken.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    not_full_.notify_all();
    not_empty_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::deque<T> items_;
  bool is_closed_ = false;
};

}  // namespace freshet
