#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/status.h"
#include "freshet/log/log.h"

/// The bytes of a segment file: a header of 64 bytes, then records, each at a multiple of 8, then
/// zeros or nothing. docs/log-format.md has the layout. Pure functions: any thread.
namespace freshet {

inline constexpr std::size_t kSegmentHeader = 64;
inline constexpr std::size_t kRecordHeader = 48;
inline constexpr uint32_t kSegmentVersion = 1;

/// Which model a segment belongs to.
using ModelId = std::array<std::byte, 16>;

struct SegmentHeader {
  Lsn first_lsn = 0;
  uint64_t token = 0;
  ModelId model_id{};
  int64_t created_us = 0;
  uint64_t salt =
      0;  // seeds the CRC of each record: bytes that a client sent never pass for a record
};

void encode_segment_header(const SegmentHeader&, std::span<std::byte, kSegmentHeader> to) noexcept;
/// corrupt: not a segment, or damaged. unsupported: a later version.
Result<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes) noexcept;

/// The CRC that a record's own continues: that of the salt.
uint32_t record_seed(uint64_t salt) noexcept;

/// Bytes in the file, padding included.
constexpr uint64_t record_bytes(uint64_t payload) noexcept {
  return (kRecordHeader + payload + 7) & ~uint64_t{7};
}

/// Writes the 48 bytes before the payload, with the CRC over both. `event` has everything but
/// `synced`: the highest LSN known durable when the record is made.
void encode_record_header(const Event& event, Lsn synced, uint32_t seed,
                          std::span<std::byte, kRecordHeader> to) noexcept;

struct RecordView {
  Event event{};  // body: borrowed from the bytes parsed
  Lsn synced = 0;
  uint8_t flags = 0;
  uint64_t bytes = 0;  // to the next record
};

enum class RecordState : uint8_t {
  valid,
  zero,  // size and LSN are 0: end of data, if zeros follow
  more,  // cut off: `view->bytes` are needed to tell
  bad    // anything else
};

/// Parses the record at the beginning of `bytes`. expected: its LSN must be this; 0: any, not zero.
/// The token must be the segment's. view is set for `valid`; for `more` only its `bytes`.
RecordState parse_record(std::span<const std::byte> bytes, const SegmentHeader& segment,
                         uint32_t seed, Lsn expected, RecordView* view) noexcept;

}  // namespace freshet
