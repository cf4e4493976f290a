#include "freshet/ingest/block_stream.h"

#include <chrono>
#include <csignal>

#include <pthread.h>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

// The signal that ends the waiting of the thread that reads.
void install_wake_up() noexcept {
  struct sigaction action{};
  action.sa_handler = [](int) {};  // without SA_RESTART: a waiting read comes back
  sigemptyset(&action.sa_mask);
  sigaction(SIGURG, &action, nullptr);
}

// Interrupts go to the thread that reads, which may be waiting for input.
void take_interrupts(bool here) noexcept {
  sigset_t interrupts;
  sigemptyset(&interrupts);
  sigaddset(&interrupts, SIGINT);
  sigaddset(&interrupts, SIGTERM);
  pthread_sigmask(here ? SIG_UNBLOCK : SIG_BLOCK, &interrupts, nullptr);
}

}  // namespace

BlockStream::BlockStream(Input& input, const Schema& schema, bool ahead, uint64_t limit) noexcept
    : input_(input), schema_(schema), limit_(limit) {
  if (!ahead) {
    now_ = std::make_unique<Item>();
    return;
  }
  for (std::size_t k = 0; k < kAhead + 1; ++k)  // one is in the hands of who learns
    free_.push(std::make_unique<Item>());
  install_wake_up();
  reader_ = std::thread([this]() noexcept { read(); });
  take_interrupts(false);
}

BlockStream::~BlockStream() {
  finish();
}

void BlockStream::fill(Item& item) noexcept {
  item.is_end = false;
  item.status = {};
  Result<bool> has_some =
      limit_ != 0 && count_ >= limit_ ? Result<bool>(false) : input_.next(item.block);
  if (!has_some.ok()) {
    item.status = failure(has_some.status().code(), has_some.status().text());
    item.is_end = true;
  } else {
    item.is_end = !*has_some;
  }
  if (item.is_end) item.block.clear();
  count_ += item.block.decisions().empty() ? item.block.size() : item.block.decisions().size();
  item.source = input_.source_name();
  item.position = input_.position();
  item.classes = schema_.class_count();
}

// The thread that reads.
void BlockStream::read() noexcept {
  take_interrupts(true);
  std::unique_ptr<Item> item;
  while (free_.pop(item)) {
    fill(*item);
    const bool is_end = item->is_end;
    if (!full_.push(std::move(item)) || is_end) break;
  }
  take_interrupts(false);
  is_read_.store(true, std::memory_order_release);
}

Result<const BlockStream::Item*> BlockStream::next() noexcept {
  if (!reader_.joinable()) {
    if (now_ == nullptr) return static_cast<const Item*>(nullptr);  // finished
    fill(*now_);
  } else {
    if (now_ != nullptr) free_.push(std::move(now_));
    if (!full_.pop(now_)) return static_cast<const Item*>(nullptr);
  }
  if (!now_->is_end) return static_cast<const Item*>(now_.get());
  if (!now_->status.ok()) return std::move(now_->status);
  return static_cast<const Item*>(nullptr);
}

void BlockStream::finish() noexcept {
  if (!reader_.joinable()) return;
  free_.close();
  full_.close();
  input_.stop();
  while (!is_read_.load(std::memory_order_acquire)) {
    // Again and again: one that comes just before the waiting begins is lost.
    pthread_kill(reader_.native_handle(), SIGURG);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  reader_.join();
  take_interrupts(true);
}

}  // namespace freshet
