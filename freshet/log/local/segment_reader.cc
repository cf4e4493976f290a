#include "freshet/log/local/segment_reader.h"

#include <algorithm>
#include <string>

#include <fcntl.h>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;

}  // namespace

Result<SegmentReader> SegmentReader::open(const std::string& path) noexcept {
  SegmentReader reader;
  reader.path_ = path;
  FRESHET_TRY_ASSIGN(reader.file_, File::open(path, O_RDONLY));
  std::byte bytes[kSegmentHeader];
  FRESHET_TRY_ASSIGN(const std::size_t got, reader.file_.read_at(0, bytes));
  Result<SegmentHeader> header = decode_segment_header(std::span(bytes).first(got));
  if (!header.ok())
    return failure(header.status().code(), std::string(header.status().text()) + ": " + path);
  reader.header_ = *header;
  reader.seed_ = record_seed(header->salt);
  return reader;
}

// Reads at least `bytes` from offset_ on, or to the end of the file.
Status SegmentReader::fill(std::size_t bytes) noexcept {
  buffer_.resize(std::max({buffer_.size(), bytes, kChunk}));
  buffer_at_ = offset_;
  buffered_ = 0;
  FRESHET_TRY_ASSIGN(buffered_, file_.read_at(offset_, buffer_));
  return {};
}

Result<RecordState> SegmentReader::next(Lsn expected, RecordView* view) noexcept {
  bool fresh = false;  // what is buffered was read during this call: the file may have grown before
  for (;;) {
    const auto known = std::span(buffer_).first(buffered_).subspan(
        std::min<std::size_t>(buffered_, static_cast<std::size_t>(offset_ - buffer_at_)));
    const RecordState state = parse_record(known, header_, seed_, expected, view);
    if (state == RecordState::valid) {
      offset_ += view->bytes;
      return state;
    }
    if (fresh && state != RecordState::more) return state;
    if (fresh && buffered_ < buffer_.size()) {  // the file ends within the record
      const bool zeros = std::ranges::all_of(known, [](std::byte b) { return b == std::byte{0}; });
      return zeros ? RecordState::zero : RecordState::bad;
    }
    FRESHET_TRY(fill(view->bytes));
    fresh = true;
  }
}

}  // namespace freshet
