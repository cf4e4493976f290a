#pragma once
/// Cuts CSV text into records and cells, as RFC 4180 has it.
///
/// One pass of kernel::structural_scan finds all separators, quotes and line ends of 16 KiB, and
/// records are walked from that list. A record with a quote is cut byte by byte.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/format/line_reader.h"

namespace freshet {

/// A cell, borrowed from the text, or, where "" stood for a quote, from the cutter.
struct Cell {
  const char* begin;
  uint32_t size;
  uint32_t at;  // of its first byte in the text, a quote's for a quoted one
  std::string_view view() const noexcept { return {begin, size}; }
};

class CsvRecords {
 public:
  explicit CsvRecords(char delimiter) noexcept : delimiter_(delimiter) {}

  enum class Cut : uint8_t {
    record,  ///< cells() has it
    blank,   ///< an empty line
    more,    ///< no whole record: a longer window, or the end of the text
    bad      ///< bad() says why; the record is used up
  };
  /// The text that next() cuts. Forgets the last one.  REQUIRES: 64 readable bytes behind it.
  void open(std::span<const char> text, bool last) noexcept;
  /// The record at `at()`, which then stands behind it.
  Cut next() noexcept;

  std::size_t at() const noexcept { return at_; }
  /// Borrowed until the next call.
  std::span<const Cell> cells() const noexcept { return cells_; }
  const Bad& bad() const noexcept { return bad_; }
  /// The line, from 1, on which the record cut last began; that on which the next one will.
  uint64_t record_line() const noexcept { return record_line_; }
  uint64_t next_line() const noexcept { return next_line_; }
  void set_next_line(uint64_t line) noexcept { next_line_ = line; }
  /// Where a cell of the last record stands: its line, its column from 1.
  uint64_t line(const Cell& cell) const noexcept;
  uint32_t column(const Cell& cell) const noexcept;

 private:
  void scan() noexcept;
  Cut next_plain() noexcept;
  Cut next_careful() noexcept;
  Cut take_record(std::size_t end) noexcept;
  enum class Piece : uint8_t { cell, last_cell, more, bad };
  Piece fail(Reason reason, const char* why, std::size_t where) noexcept;
  Piece quoted_cell(std::size_t& at) noexcept;
  Piece bare_cell(std::size_t& at) noexcept;
  Piece behind_cell(std::size_t& at) noexcept;

  const char delimiter_;
  std::span<const char> text_;
  bool last_ = false;
  std::size_t at_ = 0, record_ = 0;  // behind and at the beginning of the last record
  uint64_t record_line_ = 1, next_line_ = 1;
  std::vector<Cell> cells_;
  // The window scanned: [window_, scanned_) of the text, whole lines where there is a line end.
  std::vector<uint32_t> positions_;  // of separators, quotes and line ends, from window_
  std::size_t window_ = 0, scanned_ = 0, count_ = 0, cursor_ = 0;
  bool is_odd_ = false;               // there is a byte below 0x20 that is none of them
  std::deque<std::string> unquoted_;  // cells that had "" in them
  std::size_t unquoted_used_ = 0;
  Bad bad_;
};

}  // namespace freshet
