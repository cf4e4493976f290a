#include "freshet/runtime/workers.h"

namespace freshet {

Workers::Workers(unsigned threads) noexcept : parallel_(&Workers::run, this) {
  for (unsigned k = 0; k < threads; ++k) threads_.emplace_back([this]() noexcept { work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  begun_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(void* context, std::size_t n, void* self, Each each) noexcept {
  auto& workers = *static_cast<Workers*>(context);
  if (!workers.threads_.empty() && workers.one_loop_.try_lock()) {
    workers.share(n, self, each);
    workers.one_loop_.unlock();
    return;
  }
  for (std::size_t i = 0; i < n; ++i) each(self, i);
}

void Workers::share(std::size_t n, void* self, Each each) noexcept {
  {
    const std::lock_guard lock(mutex_);
    count_ = n;
    self_ = self;
    each_ = each;
    next_.store(0, std::memory_order_relaxed);
    is_open_ = true;
    ++loops_;
  }
  begun_.notify_all();
  take_part();
  // Every index is taken; those inside may still be at their last.
  std::unique_lock lock(mutex_);
  is_open_ = false;
  left_.wait(lock, [&] { return inside_ == 0; });
}

void Workers::work() noexcept {
  uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    begun_.wait(lock, [&] { return is_stopping_ || (is_open_ && loops_ != seen); });
    if (is_stopping_) return;
    seen = loops_;
    ++inside_;
    lock.unlock();
    take_part();
    lock.lock();
    if (--inside_ == 0) left_.notify_all();
  }
}

void Workers::take_part() noexcept {
  for (std::size_t i = 0; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) each_(self_, i);
}

}  // namespace freshet
