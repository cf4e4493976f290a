#pragma once
/// Pieces of one text, read by several threads and taken back in the order of the text.
///
/// The owner cuts whole lines off the text and hands them over; helpers, threads of the ring, read the
/// oldest piece that nobody reads yet. The owner takes pieces back one by one, and reads too where it
/// would have to wait. There are never more than capacity() pieces on the way, whose buffers go round.
///
///     while (!ring.is_full() && cut(ring.next())) ring.hand_over();
///     while (!ring.is_empty()) { use(ring.oldest()); ring.drop_oldest(); }
///
/// Helpers take no signals: those are for threads that wait for input.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/format/line_reader.h"

namespace freshet {

class PieceRing {
 public:
  /// More would only wait for the thread that copies the text.
  static constexpr uint32_t kMostHelpers = 6;

  struct Piece {
    // To be filled: whole lines [begin, end) with 64 readable bytes behind, and the first one's number.
    std::vector<char> text;
    std::size_t begin = 0, end = 0;
    uint64_t first_line = 1;
    // What was read. needs_care: nothing; there is a bad line, or what only the text's reader may do.
    std::vector<ExampleBlock> blocks;  // the first `block_count` of them, each with an example
    std::size_t block_count = 0;
    uint64_t lines = 0;
    LineReader::Counts counts;
    bool needs_care = false;

    std::span<const char> window() const noexcept { return {text.data() + begin, end - begin}; }
  };

  /// Null: no helpers are wanted, or the reader's text can't be read in pieces.
  static std::unique_ptr<PieceRing> make(const LineReader& reader, uint32_t helpers);
  /// What helpers read is finished first.
  ~PieceRing();
  PieceRing(const PieceRing&) = delete;
  PieceRing& operator=(const PieceRing&) = delete;

  std::size_t capacity() const noexcept { return slots_.size(); }
  bool is_full() const noexcept { return added_ - taken_ == slots_.size(); }
  bool is_empty() const noexcept { return added_ == taken_; }

  /// The piece to be filled.  REQUIRES: it isn't full.
  Piece& next() noexcept { return slot(added_).piece; }
  void hand_over() noexcept;
  /// The piece that was handed over first; waits until it is read.  REQUIRES: it isn't empty.
  Piece& oldest() noexcept;
  void drop_oldest() noexcept { ++taken_; }

 private:
  struct Slot {
    Piece piece;
    bool is_read = false;
  };
  PieceRing(std::vector<std::unique_ptr<LineReader>> readers);
  Slot& slot(uint64_t number) noexcept { return slots_[number % slots_.size()]; }
  void read_one(std::unique_lock<std::mutex>& lock, LineReader& reader) noexcept;
  void help(LineReader& reader) noexcept;

  std::vector<std::unique_ptr<LineReader>> readers_;  // the owner's, then one of each helper
  std::vector<Slot> slots_;
  // Numbers of pieces: given back by the owner, begun to be read, handed over.
  uint64_t taken_ = 0;  // the owner's
  std::mutex mutex_;
  std::condition_variable has_work_, has_read_;
  uint64_t begun_ = 0,
           added_ = 0;  // and Slot::is_read: written under the mutex, added_ by the owner
  bool is_closed_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace freshet
