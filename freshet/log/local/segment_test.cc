#include "freshet/log/local/segment.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/log/payload.h"

namespace freshet {
namespace {

SegmentHeader example_header() {
  SegmentHeader header{.first_lsn = 1,
                       .token = 1,
                       .model_id = {},
                       .created_us = 1'700'000'000'000'000,
                       .salt = 0x0123456789abcdef};
  for (std::size_t i = 0; i < header.model_id.size(); i++)
    header.model_id[i] = static_cast<std::byte>(0xa0 + i);
  return header;
}

void add_record(std::vector<std::byte>& file, const SegmentHeader& header, const Event& event,
                Lsn synced) {
  const std::size_t at = file.size();
  file.resize(at + record_bytes(event.body.size()));
  encode_record_header(event, synced, record_seed(header.salt),
                       std::span<std::byte, kRecordHeader>(file.data() + at, kRecordHeader));
  if (!event.body.empty())
    std::memcpy(file.data() + at + kRecordHeader, event.body.data(), event.body.size());
}

// The segment of docs/log-format.md.
std::vector<std::byte> example_file() {
  const SegmentHeader header = example_header();
  std::vector<std::byte> file(kSegmentHeader);
  encode_segment_header(header, std::span<std::byte, kSegmentHeader>(file.data(), kSegmentHeader));
  const auto body =
      PayloadBuilder().text(Tag::client, "anna").text(Tag::json, "{\"reset\":true}").take();
  add_record(file, header,
             {.lsn = 1,
              .token = 1,
              .time_us = 1'700'000'001'000'000,
              .kind = EventKind::reset,
              .examples = 0,
              .body = body},
             0);
  add_record(file, header,
             {.lsn = 2,
              .token = 1,
              .time_us = 1'700'000'003'000'000,
              .kind = EventKind::tick,
              .examples = 0,
              .body = {}},
             1);
  return file;
}

std::vector<std::byte> bytes_on_the_page() {
  std::ifstream page(FRESHET_SOURCE_DIR "/docs/log-format.md");
  std::vector<std::byte> bytes;
  for (std::string line; std::getline(page, line);) {
    char place[16];
    std::snprintf(place, sizeof(place), "    %04zx  ", bytes.size());
    if (line.substr(0, 10) != place) continue;
    std::istringstream words(line.substr(8));
    unsigned value = 0;
    while (words >> std::hex >> value)
      bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

TEST_CASE("segment: the bytes of the format's page are those written") {
  const auto page = bytes_on_the_page();
  REQUIRE(page.size() == 200);
  CHECK(page == example_file());
}

TEST_CASE("segment: a header comes back as it was; any flipped bit is noticed") {
  const auto file = example_file();
  const auto header = decode_segment_header(file);
  REQUIRE(header.ok());
  CHECK(header->first_lsn == 1);
  CHECK(header->salt == 0x0123456789abcdef);
  CHECK(header->model_id == example_header().model_id);
  for (std::size_t bit = 0; bit < 64 * 8; bit++) {
    auto flipped = file;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    CHECK(decode_segment_header(flipped).status().code() == Code::corrupt);
  }
  CHECK(decode_segment_header(std::span(file).first(63)).status().code() == Code::corrupt);
}

TEST_CASE(
    "segment: a record comes back as it was; any flipped bit, other salt, token or LSN is not "
    "one") {
  const auto file = example_file();
  const SegmentHeader header = example_header();
  const uint32_t seed = record_seed(header.salt);
  const auto record = std::span<const std::byte>(file).subspan(64, 88);
  RecordView view;
  REQUIRE(parse_record(record, header, seed, 1, &view) == RecordState::valid);
  CHECK(view.event.kind == EventKind::reset);
  CHECK(view.bytes == 88);
  CHECK(Payload::parse(view.event.body)->text(Tag::client) == "anna");
  for (std::size_t bit = 0; bit < record.size() * 8; bit++) {
    std::vector<std::byte> flipped(record.begin(), record.end());
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    CHECK(parse_record(flipped, header, seed, 0, &view) != RecordState::valid);
  }
  CHECK(parse_record(record, header, record_seed(1), 1, &view) == RecordState::bad);
  CHECK(parse_record(record, header, seed, 2, &view) == RecordState::bad);
  SegmentHeader other = header;
  other.token = 2;
  CHECK(parse_record(record, other, seed, 1, &view) == RecordState::bad);
}

TEST_CASE("segment: a record that is cut off says how much it needs; zeros are the end") {
  const auto file = example_file();
  const SegmentHeader header = example_header();
  RecordView view;
  CHECK(parse_record(std::span(file).subspan(64, 47), header, record_seed(header.salt), 1, &view) ==
        RecordState::more);
  CHECK(view.bytes == 48);
  CHECK(parse_record(std::span(file).subspan(64, 87), header, record_seed(header.salt), 1, &view) ==
        RecordState::more);
  CHECK(view.bytes == 88);
  const std::vector<std::byte> zeros(48);
  CHECK(parse_record(zeros, header, record_seed(header.salt), 1, &view) == RecordState::zero);
}

}  // namespace
}  // namespace freshet
