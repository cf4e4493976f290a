#include "freshet/log/local/segment.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/log/payload.h"

namespace freshet {
namespace {

constexpr unsigned char kMagic[8] = {0x89, 'F', 'R', 'L', '\r', '\n', 0x1a, '\n'};

uint32_t header_crc(const std::byte* header) {
  const uint32_t before = crc32c({header, 12});
  return crc32c({header + 16, kSegmentHeader - 16}, before);
}

}  // namespace

void encode_segment_header(const SegmentHeader& header,
                           std::span<std::byte, kSegmentHeader> to) noexcept {
  std::byte* at = to.data();
  std::memcpy(at, kMagic, sizeof(kMagic));
  put_u32(at + 8, kSegmentVersion);
  put_u64(at + 16, header.first_lsn);
  put_u64(at + 24, header.token);
  std::memcpy(at + 32, header.model_id.data(), header.model_id.size());
  put_i64(at + 48, header.created_us);
  put_u64(at + 56, header.salt);
  put_u32(at + 12, header_crc(at));
}

Result<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kSegmentHeader) return {Code::corrupt, "log: the segment's header is cut off"};
  const std::byte* at = bytes.data();
  if (std::memcmp(at, kMagic, sizeof(kMagic)) != 0) return {Code::corrupt, "log: not a segment"};
  if (get_u32(at + 12) != header_crc(at))
    return {Code::corrupt, "log: the segment's header is damaged"};
  if (get_u32(at + 8) != kSegmentVersion) {
    return {Code::unsupported,
            "log: the segment was written by a later freshet; read it with that one"};
  }
  SegmentHeader header;
  header.first_lsn = get_u64(at + 16);
  header.token = get_u64(at + 24);
  std::memcpy(header.model_id.data(), at + 32, header.model_id.size());
  header.created_us = get_i64(at + 48);
  header.salt = get_u64(at + 56);
  return header;
}

uint32_t record_seed(uint64_t salt) noexcept {
  std::byte bytes[8];
  put_u64(bytes, salt);
  return crc32c(bytes);
}

void encode_record_header(const Event& event, Lsn synced, uint32_t seed,
                          std::span<std::byte, kRecordHeader> to) noexcept {
  std::byte* at = to.data();
  put_u32(at, static_cast<uint32_t>(event.body.size()));
  put_u64(at + 8, event.lsn);
  put_u64(at + 16, event.token);
  put_u64(at + 24, synced);
  put_i64(at + 32, event.time_us);
  at[40] = static_cast<std::byte>(event.kind);
  at[41] = std::byte{0};
  put_u16(at + 42, 0);
  put_u32(at + 44, event.examples);
  put_u32(at + 4, crc32c(event.body, crc32c({at + 8, kRecordHeader - 8}, seed)));
}

RecordState parse_record(std::span<const std::byte> bytes, const SegmentHeader& segment,
                         uint32_t seed, Lsn expected, RecordView* view) noexcept {
  view->bytes = kRecordHeader;
  if (bytes.size() < kRecordHeader) return RecordState::more;
  const std::byte* at = bytes.data();
  const uint32_t size = get_u32(at);
  const Lsn lsn = get_u64(at + 8);
  if (lsn == 0) return size == 0 && get_u32(at + 4) == 0 ? RecordState::zero : RecordState::bad;
  if (size > kMaxPayload || get_u64(at + 16) != segment.token || get_u16(at + 42) != 0)
    return RecordState::bad;
  if (expected != 0 && lsn != expected) return RecordState::bad;
  view->bytes = record_bytes(size);
  if (bytes.size() < view->bytes) return RecordState::more;
  const auto checked = bytes.subspan(8, kRecordHeader - 8 + size);
  if (crc32c(checked, seed) != get_u32(at + 4)) return RecordState::bad;
  const auto padding = bytes.subspan(kRecordHeader + size, view->bytes - kRecordHeader - size);
  if (std::ranges::any_of(padding, [](std::byte b) { return b != std::byte{0}; }))
    return RecordState::bad;
  view->event = {.lsn = lsn,
                 .token = segment.token,
                 .time_us = get_i64(at + 32),
                 .kind = static_cast<EventKind>(at[40]),
                 .examples = get_u32(at + 44),
                 .body = bytes.subspan(kRecordHeader, size)};
  view->synced = get_u64(at + 24);
  view->flags = std::to_integer<uint8_t>(at[41]);
  return RecordState::valid;
}

}  // namespace freshet
