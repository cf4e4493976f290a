#include "freshet/runtime/checkpoint_store.h"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "freshet/log/local/test_folder.h"
#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

constexpr std::array kBytes{std::byte{1}, std::byte{2}};
constexpr uint64_t kMuch = 1 << 30;

void age(const CheckpointStore& store, Lsn lsn, std::chrono::minutes by) {
  std::filesystem::last_write_time(store.path(lsn), std::filesystem::file_time_type::clock::now() - by);
}

TEST_CASE("checkpoint store: lists what it wrote, and nothing else") {
  TestFolder folder;
  const CheckpointStore store(folder / "slot");
  CHECK(store.list()->empty());
  CHECK(store.write(30, kBytes).ok());
  CHECK(store.write(4, kBytes).ok());
  std::filesystem::copy(store.path(4), folder / "slot/00000000000000000005.ckpt.tmp");
  std::filesystem::copy(store.path(4), folder / "slot/5.ckpt");
  CHECK(*store.list() == std::vector<Lsn>{4, 30});
  CHECK(*store.read(30) == std::vector<std::byte>(kBytes.begin(), kBytes.end()));
  CHECK(!store.read(31).ok());
}

TEST_CASE("checkpoint store: keeps the five newest, and one of each hour and day") {
  TestFolder folder;
  const CheckpointStore store(folder / "slot");
  for (Lsn lsn = 1; lsn <= 60; ++lsn) {
    CHECK(store.write(lsn, kBytes).ok());
    age(store, lsn, std::chrono::minutes((60 - lsn) * 20));  // 20 hours in all
  }
  auto oldest = store.retain(unix_us(), kMuch);
  REQUIRE(oldest.ok());
  const std::vector<Lsn> kept = *store.list();
  CHECK(*oldest == kept.front());
  CHECK(kept.size() >= 20);
  CHECK(kept.size() <= 26);
  CHECK(kept[kept.size() - 5] == 56);
}

TEST_CASE("checkpoint store: within a byte limit, but always two") {
  TestFolder folder;
  const CheckpointStore store(folder / "slot");
  for (Lsn lsn = 1; lsn <= 9; ++lsn) CHECK(store.write(lsn, kBytes).ok());
  CHECK(*store.retain(unix_us(), 6) == 7);
  CHECK(*store.list() == std::vector<Lsn>{7, 8, 9});
  CHECK(*store.retain(unix_us(), 0) == 8);
}

TEST_CASE("checkpoint record: written and read; anything else is refused") {
  const CheckpointNote note{"champion", 41218, 2868653321u, "0.1.0 12.2.0", "avx2"};
  const std::string json = format_note(note);
  CHECK(json == R"({"slot":"champion","lsn":41218,"crc":2868653321,"build":"0.1.0 12.2.0","cpu":"avx2"})");
  auto read = parse_note(json);
  REQUIRE(read.ok());
  CHECK(read->lsn == 41218);
  CHECK(read->crc == 2868653321u);
  CHECK(read->cpu == "avx2");
  for (const std::string_view bad : {"", "{}", R"({"slot":"champion","lsn":1})"})
    CHECK(parse_note(bad).status().code() == Code::corrupt);
  CHECK(!parse_note(json + " ").ok());
}

}  // namespace
}  // namespace freshet
