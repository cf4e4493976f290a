#pragma once
/// Sparse lines: `[label] '|' { blank index ':' number }`, index 0 .. 2^32-1 (docs/text-formats.md).
///
/// `2 | 0:1 1:20 2:-3 3:4` is x = (1, 20, -3, 4), y = 2. An index is the feature's number as it
/// stands. Features of value 0 are left out and counted. Order is free, the same index twice is an
/// error. A line without a label is predicted, neither learned nor scored.

#include <cstdint>
#include <vector>

#include "freshet/core/schema.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

class SparseReader final : public LineReader {
 public:
  /// `schema` is borrowed; classes are added to it only if `options.learning`.
  SparseReader(const ReaderOptions& options, Schema& schema) noexcept;

  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return next_line_; }
  void skip_lines(uint64_t count) noexcept override { next_line_ += count; }
  void restart() noexcept override { next_line_ = 1; }
  uint64_t zeros() const noexcept override { return zeros_; }

 private:
  bool line(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept;
  bool label(const char* begin, const char* end, ExampleBlock& out, Bad& bad) noexcept;
  bool features(const char* at, const char* end, ExampleBlock& out, Bad& bad) noexcept;
  bool fail(Bad& bad, Reason reason, const char* why, const char* at,
            std::string_view found) const noexcept;

  const Target label_;
  const bool binary_, learning_;
  Schema& schema_;
  uint64_t next_line_ = 1, zeros_ = 0;
  const char* line_begin_ = nullptr;
  std::vector<uint32_t> indices_;  // of one line, to find one that stands twice
};

}  // namespace freshet
