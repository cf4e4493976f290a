#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace freshet {

class Worker;

/// Something a Worker does again and again for one owner: append what waits, sync, prepare a
/// segment.
class Job {
 public:
  virtual ~Job() = default;

 protected:
  /// On the worker's thread, without locks. May post itself again.
  virtual void run() noexcept = 0;

 private:
  friend class Worker;
  static constexpr std::size_t kIdle = static_cast<std::size_t>(-1);
  std::chrono::steady_clock::time_point due_{};
  std::size_t place_ = kIdle;  // in the worker's heap
};

/// A thread that runs jobs when they are due, one at a time, the one due longest first.
class Worker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Worker() noexcept;
  /// REQUIRES: no job is posted any more. Waits for the one that runs.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `job` once it is `due`, or earlier if it was posted for earlier. A job that runs may be
  /// posted for another run.
  void post(Job& job, Time due = std::chrono::steady_clock::now()) noexcept;

  /// Takes the job back and waits until it doesn't run. Not on the worker's own thread.
  void cancel(Job& job) noexcept;

 private:
  void loop() noexcept;
  void remove(Job& job) noexcept;
  void sift_up(std::size_t place) noexcept;
  void sift_down(std::size_t place) noexcept;
  void swap(std::size_t a, std::size_t b) noexcept;

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<Job*> heap_;  // earliest due first
  Job* running_ = nullptr;
  Time sleeps_until_{};  // min(): awake
  bool stop_ = false;
  std::thread thread_;
};

/// The three threads of a data directory, shared by the logs of all its models: one appends, one
/// syncs, one prepares segments and makes room. They are apart because an append must not wait for
/// a sync, nor either for 64 MiB of zeros.
struct LogThreads {
  Worker appender, syncer, background;
};

}  // namespace freshet
