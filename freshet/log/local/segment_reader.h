#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/file.h"
#include "freshet/log/local/segment.h"

namespace freshet {

/// Reads one segment file, record by record. The file may grow meanwhile. One thread.
class SegmentReader {
 public:
  static Result<SegmentReader> open(const std::string& path) noexcept;

  const SegmentHeader& header() const noexcept { return header_; }
  const std::string& path() const noexcept { return path_; }
  uint32_t seed() const noexcept { return seed_; }
  const File& file() const noexcept { return file_; }

  /// The record at offset(), which must have LSN `expected` (0: any). valid: the reader is behind
  /// it, `view` is borrowed until the next call. Otherwise it stays: zero (`more` at the exact end
  /// of the file counts as zero), or bad.
  Result<RecordState> next(Lsn expected, RecordView* view) noexcept;

  /// Where the next record begins.
  uint64_t offset() const noexcept { return offset_; }

 private:
  SegmentReader() noexcept = default;
  Status fill(std::size_t bytes) noexcept;

  std::string path_;
  File file_;
  SegmentHeader header_;
  uint32_t seed_ = 0;
  uint64_t offset_ = kSegmentHeader;
  std::vector<std::byte> buffer_;
  uint64_t buffer_at_ = 0;    // file offset of the buffer's first byte
  std::size_t buffered_ = 0;  // bytes in it
};

}  // namespace freshet
