#include "freshet/log/local/local_log.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freshet/log/file.h"
#include "freshet/log/local/test_folder.h"
#include "freshet/log/payload.h"

namespace freshet {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::unique_ptr<LocalLog> open_log(const TestFolder& folder, LocalLogOptions options = {}) {
  auto lock = WriterLock::acquire(folder.path());
  REQUIRE_MESSAGE(lock.ok(), lock.status().text());
  auto log = LocalLog::open(*std::move(lock), std::move(options));
  REQUIRE_MESSAGE(log.ok(), log.status().text());
  return *std::move(log);
}

Status why_not_open(const TestFolder& folder, LocalLogOptions options = {}) {
  auto lock = WriterLock::acquire(folder.path());
  REQUIRE_MESSAGE(lock.ok(), lock.status().text());
  return LocalLog::open(*std::move(lock), std::move(options)).status();
}

Lsn append(LocalLog& log, std::string_view text) {
  Event event{.lsn = 0,
              .token = 0,
              .time_us = 0,
              .kind = EventKind::example,
              .examples = 1,
              .body = bytes_of(text)};
  const auto lsn = log.append(std::span(&event, 1));
  REQUIRE_MESSAGE(lsn.ok(), lsn.status().text());
  CHECK(event.lsn == *lsn);
  return *lsn;
}

struct Record {
  Lsn lsn;
  std::string text;
  bool operator==(const Record&) const = default;
};

std::vector<Record> read_all(Log& log, Lsn from = 1) {
  std::vector<Record> records;
  const Status status = log.read(from, &records, [](void* self, const Event& event) noexcept {
    static_cast<std::vector<Record>*>(self)->push_back(
        {event.lsn,
         std::string(reinterpret_cast<const char*>(event.body.data()), event.body.size())});
    return true;
  });
  CHECK_MESSAGE(status.ok(), status.text());
  return records;
}

TEST_CASE("local log: what is appended is read back, after a restart too") {
  const TestFolder folder;
  {
    auto log = open_log(folder);
    CHECK(log->end() == 0);
    CHECK(log->first() == 1);
    CHECK(append(*log, "one") == 1);
    CHECK(append(*log, "two") == 2);
    CHECK(append(*log, "") == 3);
    CHECK(read_all(*log) == std::vector<Record>{{1, "one"}, {2, "two"}, {3, ""}});
    CHECK(read_all(*log, 3) == std::vector<Record>{{3, ""}});
    CHECK(read_all(*log, 4).empty());
    CHECK(log->durable() == 0);
    CHECK(log->sync(3).ok());
    CHECK(log->durable() == 3);
  }
  auto log = open_log(folder);
  CHECK(log->recovery().records == 3);
  CHECK(log->recovery().remarks.empty());
  CHECK(log->durable() == 3);
  CHECK(append(*log, "four") == 4);
  CHECK(read_all(*log).size() == 4);
}

std::vector<std::byte> file_bytes(const std::string& path) {
  auto bytes = read_file(path, uint64_t{1} << 30);
  REQUIRE_MESSAGE(bytes.ok(), bytes.status().text());
  return *std::move(bytes);
}

void put_bytes(const std::string& path, std::span<const std::byte> bytes) {
  auto file = File::open(path, O_RDWR | O_CREAT);
  REQUIRE(file.ok());
  REQUIRE(file->truncate(bytes.size()).ok());
  REQUIRE(file->write_at(0, bytes).ok());
}

std::string segment(const TestFolder& folder, Lsn first) {
  std::string digits = std::to_string(first);
  return folder / ("log/" + std::string(20 - digits.size(), '0') + digits + ".log");
}

// A log of three records: bytes 64, 120 and 176, each 56 long. Nothing was synced: all of it may be
// torn.
void write_three(const TestFolder& folder) {
  auto log = open_log(folder);
  for (const char* text : {"one", "two", "three"})
    append(*log, text);
}

TEST_CASE("local log: a torn tail is cut back, and said") {
  for (const std::size_t cut : {1u, 7u, 47u, 48u, 50u, 55u}) {
    const TestFolder folder;
    write_three(folder);
    auto bytes = file_bytes(segment(folder, 1));
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(176 + cut), bytes.end(), std::byte{0});
    put_bytes(segment(folder, 1), bytes);
    auto log = open_log(folder);
    const bool padding_only =
        cut >= 53;  // "three" ends at byte 53 of its record; zeros follow anyway
    CHECK(log->end() == (padding_only ? 3 : 2));
    CHECK(log->recovery().remarks.size() == (padding_only ? 0 : 1));
    CHECK(append(*log, "again") == (padding_only ? 4 : 3));
    CHECK(read_all(*log).size() == log->end());
  }
}

TEST_CASE("local log: a file cut anywhere gives the records that are whole") {
  for (std::size_t size = 64; size <= 232; size++) {
    const TestFolder folder;
    write_three(folder);
    auto bytes = file_bytes(segment(folder, 1));
    bytes.resize(size);
    put_bytes(segment(folder, 1), bytes);
    auto log = open_log(folder);
    CHECK(log->end() == (size - 64) / 56);
    CHECK(read_all(*log).size() == log->end());
  }
}

TEST_CASE(
    "local log: a flipped bit anywhere in the last record is a torn tail; in a synced one it is "
    "refused") {
  for (std::size_t at = 176; at < 232; at++) {
    const TestFolder folder;
    write_three(folder);
    auto bytes = file_bytes(segment(folder, 1));
    bytes[at] ^= std::byte{4};
    put_bytes(segment(folder, 1), bytes);
    CHECK(open_log(folder)->end() == 2);
  }
  for (std::size_t at = 120; at < 176; at++) {
    const TestFolder folder;
    {
      auto log = open_log(folder);
      append(*log, "one");
      append(*log, "two");
      REQUIRE(log->sync(2).ok());
      append(*log, "carries that 2 is synced");
    }
    auto bytes = file_bytes(segment(folder, 1));
    bytes[at] ^= std::byte{4};
    put_bytes(segment(folder, 1), bytes);
    const Status status = why_not_open(folder);
    CHECK(status.code() == Code::corrupt);
    CHECK(status.text().find(
              "byte 120: record 2 is damaged, but records up to 2 were acknowledged") !=
          std::string_view::npos);
    auto log = open_log(folder, {.repair = true});
    CHECK(log->end() == 1);
    REQUIRE(log->recovery().remarks.size() == 1);
    CHECK(std::filesystem::exists(segment(folder, 1) + ".120.damaged"));
  }
}

TEST_CASE("local log: zeros where acknowledged records were are refused") {
  const TestFolder folder;
  write_three(folder);
  auto bytes = file_bytes(segment(folder, 1));
  std::fill(bytes.begin() + 120, bytes.end(), std::byte{0});
  put_bytes(segment(folder, 1), bytes);
  CHECK(why_not_open(folder, {.checkpoint_lsn = 1, .synced_lsn = 3}).code() == Code::corrupt);
  CHECK(open_log(folder, {.checkpoint_lsn = 1, .synced_lsn = 1})->end() == 1);
}

TEST_CASE("local log: a damaged header of a needed segment is refused, and dropped by repair") {
  for (std::size_t at = 0; at < 64; at++) {
    const TestFolder folder;
    write_three(folder);
    auto bytes = file_bytes(segment(folder, 1));
    bytes[at] ^= std::byte{1};
    put_bytes(segment(folder, 1), bytes);
    CHECK_FALSE(why_not_open(folder).ok());
  }
  const TestFolder folder;
  write_three(folder);
  auto bytes = file_bytes(segment(folder, 1));
  bytes.resize(63);
  put_bytes(segment(folder, 1), bytes);
  CHECK(why_not_open(folder).code() == Code::corrupt);
  auto log = open_log(folder, {.repair = true});
  CHECK(log->end() == 0);
  CHECK(append(*log, "new") == 1);
}

// Small segments: 64 bytes of header and three records of 56 fill one of 256.
LocalLogOptions small_segments() {
  return {.first_segment_bytes = 256, .max_segment_bytes = 256};
}

void write_segments(const TestFolder& folder, int records) {
  auto log = open_log(folder, small_segments());
  for (int i = 1; i <= records; i++)
    append(*log, std::to_string(i));
}

TEST_CASE(
    "local log: segments follow one another, also when the next was prepared, and reading crosses "
    "them") {
  const TestFolder folder;
  auto log = open_log(folder, small_segments());
  for (int i = 1; i <= 12; i++) {
    if (i % 2 == 0) REQUIRE(log->prepare().ok());
    append(*log, std::to_string(i));
  }
  CHECK(std::filesystem::exists(segment(folder, 4)));
  CHECK(std::filesystem::exists(segment(folder, 10)));
  CHECK(std::filesystem::file_size(segment(folder, 4)) == 64 + 3 * 56);
  CHECK(log->durable() == 9);  // closing a segment syncs it
  const auto records = read_all(*log, 5);
  REQUIRE(records.size() == 8);
  CHECK(records.front() == Record{5, "5"});
  CHECK(records.back() == Record{12, "12"});
}

TEST_CASE("local log: a group larger than a segment, and a record larger than one") {
  const TestFolder folder;
  auto log = open_log(folder, small_segments());
  const std::string large(5000, 'x');
  std::vector<Event> events;
  for (int i = 0; i < 10; i++) {
    events.push_back({.lsn = 0,
                      .token = 0,
                      .time_us = 0,
                      .kind = EventKind::example,
                      .examples = 1,
                      .body = bytes_of(i == 6 ? large : std::string_view("small"))});
  }
  const auto last = log->append(events);
  REQUIRE(last.ok());
  CHECK(*last == 10);
  const auto records = read_all(*log);
  REQUIRE(records.size() == 10);
  CHECK(records[6].text == large);
  CHECK(records[9].text == "small");
}

TEST_CASE(
    "local log: damage in an older segment is refused wherever it is; repair keeps what comes "
    "before") {
  for (const std::size_t at : {64u, 100u, 120u, 231u}) {
    const TestFolder folder;
    write_segments(folder, 8);
    auto bytes = file_bytes(segment(folder, 4));
    bytes[at] ^= std::byte{1};
    put_bytes(segment(folder, 4), bytes);
    const Status status = why_not_open(folder, small_segments());
    CHECK(status.code() == Code::corrupt);
    auto options = small_segments();
    options.repair = true;
    auto log = open_log(folder, options);
    const Lsn kept = 3 + (at - 64) / 56;
    CHECK(log->end() == kept);
    CHECK(read_all(*log).size() == kept);
    CHECK(std::filesystem::exists(segment(folder, 7) + ".damaged"));
    CHECK(log->recovery().remarks.size() == 2);
  }
}

TEST_CASE("local log: damage below the checkpoint is not met at the start, but by reading") {
  const TestFolder folder;
  write_segments(folder, 8);
  auto bytes = file_bytes(segment(folder, 1));
  bytes[130] ^= std::byte{1};
  put_bytes(segment(folder, 1), bytes);
  auto options = small_segments();
  options.checkpoint_lsn = 5;
  auto log = open_log(folder, options);
  CHECK(log->end() == 8);
  int count = 0;
  const Status status = log->read(1, &count, [](void* self, const Event&) noexcept {
    ++*static_cast<int*>(self);
    return true;
  });
  CHECK(status.code() == Code::corrupt);
  CHECK(count == 1);
}

TEST_CASE("local log: a missing segment is named") {
  const TestFolder folder;
  write_segments(folder, 8);
  std::filesystem::remove(segment(folder, 4));
  CHECK(why_not_open(folder, small_segments()).code() == Code::corrupt);
  auto options = small_segments();
  options.checkpoint_lsn = 6;
  CHECK(open_log(folder, options)->end() == 8);
  std::filesystem::remove(segment(folder, 1));
  const Status status = why_not_open(folder, small_segments());
  CHECK(status.text().find("records 1 to 6 are missing") != std::string_view::npos);
}

TEST_CASE("local log: every opening raises the token and starts a segment of its own") {
  const TestFolder folder;
  write_three(folder);
  {
    auto log = open_log(folder);
    CHECK(log->token() == 2);
    append(*log, "four");
  }
  CHECK(std::filesystem::exists(segment(folder, 4)));
  std::filesystem::remove(folder / "WRITER.lock");
  auto log = open_log(folder);
  CHECK(log->token() == 3);  // above what the segments say
}

TEST_CASE("local log: a segment with a fallen token is refused") {
  const TestFolder folder;
  write_three(folder);
  {
    append(*open_log(folder), "four");
  }
  const auto old = file_bytes(segment(folder, 1));
  auto header = decode_segment_header(old);
  REQUIRE(header.ok());
  auto bytes = file_bytes(segment(folder, 4));
  header->first_lsn = 4;
  header->token = 0;
  encode_segment_header(*header, std::span<std::byte, 64>(bytes.data(), 64));
  put_bytes(segment(folder, 4), bytes);
  const Status status = why_not_open(folder);
  CHECK(status.code() == Code::corrupt);
  CHECK(status.text().find("lease 0 after lease 1") != std::string_view::npos);
}

TEST_CASE(
    "local log: trim and retention remove whole segments, never above the newest checkpoint") {
  const TestFolder folder;
  auto log = open_log(folder, small_segments());
  for (int i = 1; i <= 11; i++)
    append(*log, std::to_string(i));  // 1-3, 4-6, 7-9, 10-11
  CHECK(log->trim(3).ok());
  CHECK(log->first() == 1);
  CHECK(log->trim(4).ok());
  CHECK(log->first() == 4);
  auto none = log->retain({.oldest_checkpoint = 5, .newest_checkpoint = 8});
  REQUIRE(none.ok());
  CHECK(*none == 0);
  auto too_much = log->retain({.oldest_checkpoint = 5, .newest_checkpoint = 8, .max_bytes = 1});
  REQUIRE(too_much.ok());
  CHECK(*too_much == 1);
  CHECK(log->first() == 7);
  auto old = log->retain({.oldest_checkpoint = 100, .newest_checkpoint = 100});
  REQUIRE(old.ok());
  CHECK(log->first() == 10);
  CHECK(read_all(*log, 10).size() == 2);
}

TEST_CASE("local log: a second writer is refused and told who holds the lock") {
  const TestFolder folder;
  auto log = open_log(folder);
  const auto here = WriterLock::acquire(folder.path());
  CHECK(here.status().code() == Code::conflict);
  CHECK(here.status().text().find("in use by process " + std::to_string(::getpid())) !=
        std::string_view::npos);
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(WriterLock::acquire(folder.path()).status().code() == Code::conflict ? 0 : 1);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("local log: without its lock file nothing more is acknowledged") {
  const TestFolder folder;
  auto log = open_log(folder);
  append(*log, "one");
  std::filesystem::remove(folder / "WRITER.lock");
  const Status status = log->sync(1);
  CHECK(status.code() == Code::unavailable);
  CHECK(status.text().find("log_failed") != std::string_view::npos);
  CHECK(log->durable() == 0);
  Event event{};
  CHECK(log->append(std::span(&event, 1)).status().code() == Code::unavailable);
}

TEST_CASE("local log: records that a writer wrote after losing its lock are left out, and said") {
  const TestFolder folder;
  auto stale = open_log(folder);
  append(*stale, "one");
  std::filesystem::rename(folder / "WRITER.lock", folder / "moved");
  {
    append(*open_log(folder), "two");
  }
  // What the stale holder would write had it not looked: its own next record.
  auto bytes = file_bytes(segment(folder, 1));
  const auto header = decode_segment_header(bytes);
  bytes.resize(64 + 2 * 56);
  const Event event{.lsn = 2,
                    .token = header->token,
                    .time_us = 1,
                    .kind = EventKind::example,
                    .examples = 1,
                    .body = bytes_of("stale")};
  encode_record_header(event, 0, record_seed(header->salt),
                       std::span<std::byte, 48>(bytes.data() + 120, 48));
  std::memcpy(bytes.data() + 168, "stale", 5);
  put_bytes(segment(folder, 1), bytes);
  auto log = open_log(folder);
  CHECK(read_all(*log) == std::vector<Record>{{1, "one"}, {2, "two"}});
  REQUIRE(log->recovery().remarks.size() == 1);
  CHECK(log->recovery().remarks[0].find("left out 1 records from 2 on") != std::string::npos);
}

TEST_CASE("local log: read only changes nothing and writes nothing") {
  const TestFolder folder;
  write_three(folder);
  auto log = LocalLog::open_read_only(folder.path());
  REQUIRE(log.ok());
  CHECK(read_all(**log).size() == 3);
  Event event{};
  CHECK((*log)->append(std::span(&event, 1)).status().code() == Code::denied);
  CHECK((*log)->trim(2).code() == Code::denied);
}

}  // namespace
}  // namespace freshet
