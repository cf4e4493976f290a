#include "freshet/ingest/piece_ring.h"

#include <algorithm>
#include <csignal>

#include <pthread.h>

namespace freshet {
namespace {

// All of a piece, in the blocks in which its reader would have given it; or nothing.
void read_piece(PieceRing::Piece& piece, LineReader& reader) noexcept {
  reader.restart();
  reader.skip_lines(piece.first_line - 1);
  (void)reader.give_counts();  // of a piece that needed care
  piece.block_count = 0;
  piece.needs_care = false;
  std::span<const char> window = piece.window();
  while (!window.empty()) {
    if (piece.block_count == piece.blocks.size()) piece.blocks.emplace_back();
    ExampleBlock& block = piece.blocks[piece.block_count];
    block.clear();
    Bad bad[1];
    const Read done = reader.read(window, false, block, bad);
    if (done.bad != 0 || done.used == 0) {
      piece.needs_care = true;
      return;
    }
    window = window.subspan(done.used);
    piece.block_count += !block.empty();
  }
  piece.lines = reader.next_line() - piece.first_line;
  piece.counts = reader.give_counts();
}

}  // namespace

std::unique_ptr<PieceRing> PieceRing::make(const LineReader& reader, uint32_t helpers) {
  if (helpers == 0) return nullptr;
  std::vector<std::unique_ptr<LineReader>> readers;
  for (uint32_t k = 0; k < std::min(helpers, kMostHelpers) + 1; ++k) {
    readers.push_back(reader.helper());
    if (readers.back() == nullptr) return nullptr;
  }
  return std::unique_ptr<PieceRing>(new PieceRing(std::move(readers)));
}

PieceRing::PieceRing(std::vector<std::unique_ptr<LineReader>> readers)
    : readers_(std::move(readers)), slots_(2 * readers_.size()) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (std::size_t k = 1; k < readers_.size(); ++k)
    helpers_.emplace_back([this, k]() noexcept { help(*readers_[k]); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

PieceRing::~PieceRing() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  has_work_.notify_all();
  for (std::thread& helper : helpers_)
    helper.join();
}

void PieceRing::hand_over() noexcept {
  {
    const std::lock_guard lock(mutex_);
    slot(added_).is_read = false;
    ++added_;
  }
  has_work_.notify_one();
}

PieceRing::Piece& PieceRing::oldest() noexcept {
  Slot& first = slot(taken_);
  std::unique_lock lock(mutex_);
  while (!first.is_read) {
    if (begun_ != added_)
      read_one(lock, *readers_[0]);
    else
      has_read_.wait(lock);
  }
  return first.piece;
}

// The oldest that nobody reads; without the lock meanwhile.
void PieceRing::read_one(std::unique_lock<std::mutex>& lock, LineReader& reader) noexcept {
  Slot& one = slot(begun_++);
  lock.unlock();
  read_piece(one.piece, reader);
  lock.lock();
  one.is_read = true;
  has_read_.notify_one();  // the owner alone waits
}

// A helper's thread.
void PieceRing::help(LineReader& reader) noexcept {
  std::unique_lock lock(mutex_);
  while (!is_closed_) {
    if (begun_ != added_)
      read_one(lock, reader);
    else
      has_work_.wait(lock);
  }
}

}  // namespace freshet
