#pragma once
/// Drives a line reader over a source: bytes in, blocks of examples out.
///
/// Reads 256 KiB at a time into one buffer; what the reader has not used moves to the front. Memory
/// stays flat whatever the input's size: a line may be as long as `max_line`, and a longer one is
/// thrown away without being kept.
///
/// With a PieceRing the whole lines of each buffer are a piece for helpers. The feeder reads ahead as
/// far as there is input without waiting: what a slow pipe has sent is never held back. Examples,
/// their blocks, and what is said of bad lines are those of one thread: whatever needs care, the last
/// line without its end and lines too long are read here, by the text's own reader, when all before is.

#include <memory>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/format/line_reader.h"
#include "freshet/ingest/bad_lines.h"
#include "freshet/ingest/piece_ring.h"
#include "freshet/ingest/source.h"

namespace freshet {

class Feeder {
 public:
  /// `bad_lines` and `stop`, the source's, are borrowed. `whole_lines`: a last line without its end
  /// isn't one, more of it may have been to come (--follow).
  Feeder(std::unique_ptr<Source> source, BadLines& bad_lines, std::size_t max_line,
         const StopFlag& stop, bool whole_lines = false) noexcept;

  /// The beginning of the text: at least its first line that isn't blank, or 64 KiB, or all.
  Result<std::string_view> peek() noexcept;
  /// Who reads it, and helpers of that reader or null; borrowed. It looks at the beginning now.
  Status start(LineReader& reader, PieceRing* pieces = nullptr) noexcept;
  /// Replaces `out` by the next examples, at least one. False: the end. A source that fails gives
  /// its whole lines first. Once stopped the text ends where it stands.  REQUIRES: start() was ok.
  Result<bool> next(ExampleBlock& out) noexcept;

  const Source& source() const noexcept { return *source_; }

 private:
  static constexpr std::size_t kPadding = 64;  // readable behind every window

  std::span<const char> window() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  /// One look of the reader, and what is bad about it.
  Result<Read> read(std::span<const char> window, bool last, ExampleBlock& out) noexcept;
  Result<bool> next_here(ExampleBlock& out) noexcept;
  Result<bool> next_of_pieces(ExampleBlock& out) noexcept;
  Result<bool> take(PieceRing::Piece& piece, ExampleBlock& out) noexcept;
  Result<bool> read_with_care(PieceRing::Piece& piece, ExampleBlock& out) noexcept;
  Status cut_ahead() noexcept;
  void hand_over(std::size_t size) noexcept;
  /// More bytes behind the window; the buffer grows where it is full. False: there are none.
  Result<bool> refill() noexcept;
  Status long_line() noexcept;
  Status source_failed() noexcept;

  std::unique_ptr<Source> source_;
  BadLines& bad_lines_;
  const std::size_t max_line_;
  const StopFlag& stop_;
  const bool whole_lines_;
  LineReader* reader_ = nullptr;
  PieceRing* pieces_ = nullptr;
  uint64_t next_line_ = 1;        // of the next piece
  std::size_t taken_blocks_ = 0;  // of the oldest piece
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool is_first_ = true;    // nothing read yet: a byte order mark may come
  bool is_last_ = false;    // the window goes to the end of the text
  bool is_failed_ = false;  // the source failed; whole lines before that still count
  Status failed_;
};

}  // namespace freshet
