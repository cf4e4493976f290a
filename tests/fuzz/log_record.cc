// fuzz: log
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/log/local/duplicates.h"
#include "freshet/log/local/segment.h"
#include "freshet/log/payload.h"

// The first byte chooses: a segment header, a record, a record whose CRC is made right (so that the fuzzer gets behind
// it), a payload, or a checkpoint's table of duplicates. Nothing may be read outside the bytes, and what is accepted must
// be written back the same.
namespace freshet {
namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

const SegmentHeader kSegment{
    .first_lsn = 1, .token = 7, .model_id = {}, .created_us = 0, .salt = 42};

void look_at(const Payload& payload) {
  uint64_t sum = 0;
  for (uint16_t tag = 0; tag < 40; tag++) {
    for (const std::byte b : payload.section(static_cast<Tag>(tag)))
      sum += std::to_integer<uint64_t>(b);
  }
  if (const auto range = payload.source())
    require(range->first <= range->last && !range->name.empty());
  if (const auto served = payload.prediction()) {
    for (const float value : served->values)
      sum += value != value ? 1 : 0;
  }
  Duplicates duplicates(4);
  duplicates.note(1, static_cast<int64_t>(sum & 0xff), payload);
  const auto saved = duplicates.save(1);
  Duplicates again(4);
  require(again.load(saved).ok());
  require(again.save(1) == saved);
}

void header(std::span<const std::byte> bytes) {
  const auto decoded = decode_segment_header(bytes);
  if (!decoded.ok()) return;
  std::array<std::byte, kSegmentHeader> back{};
  encode_segment_header(*decoded, back);
  require(std::equal(back.begin(), back.end(), bytes.begin()));
}

void record(std::span<const std::byte> bytes) {
  RecordView view;
  if (parse_record(bytes, kSegment, record_seed(kSegment.salt), 0, &view) != RecordState::valid)
    return;
  require(view.bytes <= bytes.size() && view.bytes % 8 == 0 && view.event.lsn != 0);
  if (view.flags == 0) {
    std::array<std::byte, kRecordHeader> back{};
    encode_record_header(view.event, view.synced, record_seed(kSegment.salt), back);
    require(std::equal(back.begin(), back.end(), bytes.begin()));
  }
  (void)check_kind(view.event).ok();
  const auto payload = Payload::parse(view.event.body);
  if (payload.ok()) look_at(*payload);
}

void sealed_record(std::vector<std::byte> bytes) {
  if (bytes.size() < kRecordHeader) return;
  const std::size_t size =
      std::min<std::size_t>(get_u32(bytes.data()), bytes.size() - kRecordHeader);
  put_u32(bytes.data(), static_cast<uint32_t>(size));
  put_u64(bytes.data() + 16, kSegment.token);
  bytes.resize(record_bytes(size));
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kRecordHeader + size), bytes.end(),
            std::byte{0});
  put_u32(bytes.data() + 4, crc32c(std::span(bytes).subspan(8, kRecordHeader - 8 + size),
                                   record_seed(kSegment.salt)));
  record(bytes);
}

void duplicates(std::span<const std::byte> bytes) {
  Duplicates table(16);
  if (!table.load(bytes).ok()) return;
  const auto saved = table.save(UINT64_MAX);
  Duplicates again(16);
  require(again.load(saved).ok());
  require(again.save(UINT64_MAX) == saved);
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size == 0) return 0;
  // A copy of the exact length: the sanitizer sees a read beyond it; and it lies at a multiple of 8, as records do.
  std::vector<std::byte> bytes(size - 1);
  if (size > 1) std::memcpy(bytes.data(), data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      header(bytes);
      break;
    case 1:
      record(bytes);
      break;
    case 2:
      sealed_record(std::move(bytes));
      break;
    case 3:
      if (const auto payload = Payload::parse(bytes); payload.ok()) look_at(*payload);
      break;
    default:
      duplicates(bytes);
      break;
  }
  return 0;
}
