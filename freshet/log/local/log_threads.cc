#include "freshet/log/local/log_threads.h"

#include <algorithm>
#include <utility>

namespace freshet {

Worker::Worker() noexcept : thread_([this] { loop(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Worker::post(Job& job, Time due) noexcept {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (job.place_ == Job::kIdle) {
      job.due_ = due;
      job.place_ = heap_.size();
      heap_.push_back(&job);
    } else if (due < job.due_) {
      job.due_ = due;
    } else {
      return;
    }
    sift_up(job.place_);
    wake = heap_.front() == &job && due < sleeps_until_;
    if (wake) sleeps_until_ = Time::min();  // one notification is enough
  }
  if (wake) wake_.notify_one();
}

void Worker::cancel(Job& job) noexcept {
  std::unique_lock lock(mutex_);
  if (job.place_ != Job::kIdle) remove(job);
  idle_.wait(lock, [&] { return running_ != &job; });
  if (job.place_ != Job::kIdle) remove(job);  // it posted itself while it ran
}

void Worker::loop() noexcept {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const Time due = heap_.empty() ? Time::max() : heap_.front()->due_;
    if (due > std::chrono::steady_clock::now()) {
      sleeps_until_ = due;
      if (heap_.empty()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, due);
      }
      sleeps_until_ = Time::min();
      continue;
    }
    Job& job = *heap_.front();
    remove(job);
    running_ = &job;
    lock.unlock();
    job.run();
    lock.lock();
    running_ = nullptr;
    idle_.notify_all();
  }
}

void Worker::remove(Job& job) noexcept {
  const std::size_t place = job.place_;
  swap(place, heap_.size() - 1);
  heap_.pop_back();
  job.place_ = Job::kIdle;
  if (place == heap_.size()) return;
  sift_up(place);
  sift_down(place);
}

void Worker::sift_up(std::size_t place) noexcept {
  while (place != 0 && heap_[place]->due_ < heap_[(place - 1) / 2]->due_) {
    swap(place, (place - 1) / 2);
    place = (place - 1) / 2;
  }
}

void Worker::sift_down(std::size_t place) noexcept {
  for (;;) {
    std::size_t least = place;
    for (const std::size_t child : {2 * place + 1, 2 * place + 2}) {
      if (child < heap_.size() && heap_[child]->due_ < heap_[least]->due_) least = child;
    }
    if (least == place) return;
    swap(place, least);
    place = least;
  }
}

void Worker::swap(std::size_t a, std::size_t b) noexcept {
  std::swap(heap_[a], heap_[b]);
  heap_[a]->place_ = a;
  heap_[b]->place_ = b;
}

}  // namespace freshet
