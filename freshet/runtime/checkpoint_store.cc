#include "freshet/runtime/checkpoint_store.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <set>

#include <sys/stat.h>

#include "freshet/base/failure.h"
#include "freshet/base/version.h"
#include "freshet/kernel/level.h"
#include "freshet/log/file.h"

namespace freshet {

namespace {

constexpr std::string_view kEnding = ".ckpt";
constexpr std::size_t kDigits = 20;
constexpr int64_t kHourUs = int64_t{3'600} * 1'000'000;

struct Kept {
  Lsn lsn = 0;
  uint64_t bytes = 0;
  int64_t time_us = 0;  // when it was written: what "of the last hours" means to people
};

// 0: another file.
Lsn lsn_of(std::string_view name) noexcept {
  if (name.size() != kDigits + kEnding.size() || !name.ends_with(kEnding)) return 0;
  Lsn lsn = 0;
  for (const char c : name.substr(0, kDigits)) {
    if (c < '0' || c > '9') return 0;
    lsn = lsn * 10 + static_cast<Lsn>(c - '0');
  }
  return lsn;
}

// The newest of each span of time, looking back from now.
void keep_newest_of_each(const std::vector<Kept>& newest_first, int64_t now_us, int64_t span_us, int64_t spans,
                         std::set<Lsn>& keep) {
  std::set<int64_t> seen;
  for (const Kept& one : newest_first) {
    const int64_t age = std::max<int64_t>(now_us - one.time_us, 0) / span_us;
    if (age < spans && seen.insert(age).second) keep.insert(one.lsn);
  }
}

}  // namespace

std::string CheckpointStore::path(Lsn lsn) const noexcept {
  char name[32];
  std::snprintf(name, sizeof(name), "/%020" PRIu64 ".ckpt", lsn);
  return folder_ + name;
}

Result<std::vector<Lsn>> CheckpointStore::list() const noexcept {
  auto names = list_folder(folder_);
  std::vector<Lsn> lsns;
  if (!names.ok()) {
    if (names.status().code() == Code::not_found) return lsns;
    return std::move(names).status();
  }
  for (const std::string& name : *names)
    if (const Lsn lsn = lsn_of(name); lsn != 0) lsns.push_back(lsn);
  std::sort(lsns.begin(), lsns.end());
  return lsns;
}

Result<std::vector<std::byte>> CheckpointStore::read(Lsn lsn) const noexcept { return read_file(path(lsn), kLargestModel); }

Status CheckpointStore::write(Lsn lsn, std::span<const std::byte> bytes) const noexcept {
  FRESHET_TRY(make_folders(folder_));
  return write_file_atomically(path(lsn), bytes);
}

Result<Lsn> CheckpointStore::retain(int64_t now_us, uint64_t max_bytes) const noexcept {
  FRESHET_TRY_ASSIGN(const std::vector<Lsn> lsns, list());
  std::vector<Kept> newest_first;
  for (auto lsn = lsns.rbegin(); lsn != lsns.rend(); ++lsn) {
    struct stat file {};
    if (::stat(path(*lsn).c_str(), &file) != 0) continue;
    newest_first.push_back({*lsn, static_cast<uint64_t>(file.st_size), int64_t{file.st_mtime} * 1'000'000});
  }
  std::set<Lsn> keep;
  for (std::size_t k = 0; k < std::min<std::size_t>(newest_first.size(), 5); ++k) keep.insert(newest_first[k].lsn);
  keep_newest_of_each(newest_first, now_us, kHourUs, 24, keep);
  keep_newest_of_each(newest_first, now_us, 24 * kHourUs, 14, keep);
  uint64_t bytes = 0;
  std::size_t count = 0;
  Lsn oldest = 0;
  for (const Kept& one : newest_first) {
    bytes += one.bytes;
    if (count < 2 || (keep.contains(one.lsn) && bytes <= max_bytes)) {
      ++count;
      oldest = one.lsn;
      continue;
    }
    bytes -= one.bytes;
    FRESHET_TRY(remove_file(path(one.lsn)));
  }
  return oldest;
}

// ---- the record

std::string format_note(const CheckpointNote& note) noexcept {
  char text[512];
  std::snprintf(text, sizeof(text),
                "{\"slot\":\"%s\",\"lsn\":%" PRIu64 ",\"crc\":%" PRIu32 ",\"build\":\"%s\",\"cpu\":\"%s\"}",
                note.slot.c_str(), note.lsn, note.crc, note.build.c_str(), note.cpu.c_str());
  return text;
}

Result<CheckpointNote> parse_note(std::string_view json) noexcept {
  const std::string text(json);
  char slot[130] = {}, build[130] = {}, cpu[66] = {};
  CheckpointNote note;
  int end = 0;
  const int fields = std::sscanf(
      text.c_str(), "{\"slot\":\"%129[^\"]\",\"lsn\":%" SCNu64 ",\"crc\":%" SCNu32 ",\"build\":\"%129[^\"]\",\"cpu\":\"%65[^\"]\"}%n",
      slot, &note.lsn, &note.crc, build, cpu, &end);
  if (fields != 5 || static_cast<std::size_t>(end) != text.size())
    return Status(Code::corrupt, "checkpoint record: not as format_note writes it; the log is damaged");
  note.slot = slot;
  note.build = build;
  note.cpu = cpu;
  return note;
}

std::string build_name() noexcept { return std::string(kVersion) + " " + __VERSION__; }

std::string cpu_name() noexcept { return std::string(kernel::level_name(kernel::level())); }

}  // namespace freshet
