#pragma once
/// A pool of threads behind kernel::Parallel: what an ensemble uses to run its members on several cores.
///
///     Workers workers(3);
///     Registry registry = catalog(&workers.parallel());
///
/// The caller works too, so one loop uses size() + 1 threads. One loop runs at a time: a second caller, and a loop inside
/// a loop, runs plainly on its own thread, which is why nothing here can wait for itself. Which thread runs which index
/// is left open; who uses it may not depend on that.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "freshet/kernel/parallel.h"

namespace freshet {

class Workers {
 public:
  /// threads: beside the caller; 0 makes every loop plain.
  explicit Workers(unsigned threads) noexcept;
  /// REQUIRES: no loop runs.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  const kernel::Parallel& parallel() const noexcept { return parallel_; }
  std::size_t size() const noexcept { return threads_.size(); }

 private:
  using Each = kernel::Parallel::Each;
  static void run(void* context, std::size_t n, void* self, Each each) noexcept;
  void share(std::size_t n, void* self, Each each) noexcept;
  void work() noexcept;
  void take_part() noexcept;

  kernel::Parallel parallel_;
  std::mutex one_loop_;                 // held by the caller whose loop runs
  std::mutex mutex_;                    // guards what follows, to the empty line
  std::condition_variable begun_, left_;
  uint64_t loops_ = 0;                  // begun so far
  std::size_t inside_ = 0;              // workers taking part
  bool is_open_ = false;                // workers may still join the loop
  bool is_stopping_ = false;

  std::size_t count_ = 0;               // of the loop that runs
  void* self_ = nullptr;
  Each each_ = nullptr;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;
};

}  // namespace freshet
