#include "tests/chaos/power_cut/disk.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

#include "freshet/base/bits.h"
#include "tests/chaos/power_cut/trace.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using Call = TraceRecord::Call;
using Bytes = std::vector<char>;

constexpr uint64_t kSector = 512;

Bytes read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Change {  // of a file's bytes
  uint64_t order;
  bool cut;  // to `offset` bytes; else written
  uint64_t offset;
  Bytes data;
};

struct FileState {
  Bytes synced;
  std::vector<Change> pending;
};

struct NameChange {  // in a folder
  uint64_t order;
  std::string from, to;  // from empty: created; to empty: removed
  uint64_t file;
};

class Disk {
 public:
  Disk(const std::string& before, std::string root, uint64_t seed)
      : root_(std::move(root)), seed_(seed) {
    for (const auto& entry : fs::recursive_directory_iterator(before)) {
      if (!entry.is_regular_file()) continue;
      const std::string name = root_ + entry.path().string().substr(before.size());
      const uint64_t file = next_file_--;
      now_[name] = synced_[name] = file;
      files_[file].synced = read_whole(entry.path());
    }
  }

  void replay(const Bytes& trace) {
    std::size_t at = 0;
    while (at + sizeof(TraceRecord) <= trace.size()) {
      TraceRecord record{};
      std::memcpy(&record, trace.data() + at, sizeof(record));
      at += sizeof(record);
      if (at + record.bytes > trace.size()) break;
      apply(record, std::string(trace.data() + at, record.bytes));
      at += record.bytes;
      order_++;
    }
  }

  PowerCut lose_power(const fs::path& to) {
    settle_names();
    for (const auto& [name, file] : synced_) {
      const Bytes bytes = settle(files_[file]);
      const fs::path path = to.string() + name.substr(root_.size());
      fs::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary)
          .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      result_.files++;
    }
    return result_;
  }

 private:
  void apply(const TraceRecord& record, const std::string& content) {
    switch (record.call) {
      case Call::opened:
        opened(record, content);
        break;
      case Call::written:
        state_of(record.file)
            .pending.push_back(
                {order_, false, record.offset, Bytes(content.begin(), content.end())});
        break;
      case Call::cut:
        state_of(record.file).pending.push_back({order_, true, record.offset, {}});
        break;
      case Call::synced:
        synced(state_of(record.file), record.order);
        break;
      case Call::renamed: {
        const std::string from = content.c_str(), to = content.substr(from.size() + 1);
        names_.push_back({order_, from, to, now_[from]});
        now_[to] = now_[from];
        now_.erase(from);
        break;
      }
      case Call::removed:
        names_.push_back({order_, content, "", now_[content]});
        now_.erase(content);
        break;
      case Call::folder_synced:
        folder_synced(content, record.order);
        break;
    }
  }

  // Inodes are used again after a removal: a name not known has a new file. Of two threads that open a new file at once the
  // one that didn't make it may be written down first.
  void opened(const TraceRecord& record, const std::string& name) {
    if (!now_.contains(name)) {
      now_[name] = next_file_--;
      names_.push_back({order_, "", name, now_[name]});
    }
    by_inode_[record.file] = now_[name];
    if (record.offset == 1) state_of(record.file).pending.push_back({order_, true, 0, {}});
  }

  FileState& state_of(uint64_t inode) { return files_[by_inode_.at(inode)]; }

  static void put(Bytes& bytes, const Change& change) {
    if (change.cut) {
      bytes.resize(change.offset);
      return;
    }
    bytes.resize(std::max<std::size_t>(bytes.size(), change.offset + change.data.size()));
    std::copy(change.data.begin(), change.data.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
  }

  static void synced(FileState& file, uint64_t order) {
    const auto later = std::find_if(file.pending.begin(), file.pending.end(),
                                    [&](const Change& change) { return change.order >= order; });
    std::for_each(file.pending.begin(), later,
                  [&](const Change& change) { put(file.synced, change); });
    file.pending.erase(file.pending.begin(), later);
  }

  static std::string folder_of(const NameChange& change) {
    return fs::path(change.to.empty() ? change.from : change.to).parent_path().string();
  }

  void name(const NameChange& change) {
    if (!change.from.empty()) synced_.erase(change.from);
    if (!change.to.empty()) synced_[change.to] = change.file;
  }

  void folder_synced(const std::string& folder, uint64_t order) {
    std::erase_if(names_, [&](const NameChange& change) {
      if (change.order >= order || folder_of(change) != folder) return false;
      name(change);
      return true;
    });
  }

  // Of each folder's changes that were not synced, those up to a point have reached the disk.
  void settle_names() {
    std::map<std::string, uint64_t> left;
    for (const NameChange& change : names_)
      left[folder_of(change)]++;
    for (auto& [folder, count] : left)
      count = draw() % (count + 1);
    for (const NameChange& change : names_) {
      uint64_t& keep = left[folder_of(change)];
      if (keep == 0) {
        result_.undone_names++;
        continue;
      }
      keep--;
      name(change);
    }
  }

  Bytes settle(const FileState& file) {
    Bytes bytes = file.synced;
    const uint64_t keep = draw() % 5;  // quarters of the sectors: none, some, all
    for (const Change& change : file.pending) {
      if (change.cut) {
        if (draw() % 2 == 0) put(bytes, change);
        continue;
      }
      uint64_t kept = 0, sectors = 0;
      for (uint64_t at = change.offset; at < change.offset + change.data.size(); sectors++) {
        const uint64_t end =
            std::min((at / kSector + 1) * kSector, change.offset + change.data.size());
        if (draw() % 4 < keep) {
          kept++;
          const auto begin = change.data.begin() + static_cast<std::ptrdiff_t>(at - change.offset);
          put(bytes, {0, false, at, Bytes(begin, begin + static_cast<std::ptrdiff_t>(end - at))});
        }
        at = end;
      }
      (kept == sectors ? result_.kept_writes
       : kept == 0     ? result_.lost_writes
                       : result_.torn_writes)++;
    }
    return bytes;
  }

  uint64_t draw() { return mix64(seed_ += 0x9e3779b97f4a7c15u); }

  std::string root_;
  uint64_t seed_, order_ = 0, next_file_ = UINT64_MAX;
  std::map<std::string, uint64_t> now_,
      synced_;  // names to files: as the process saw them; as they are on disk
  std::map<uint64_t, uint64_t> by_inode_;
  std::map<uint64_t, FileState> files_;
  std::vector<NameChange> names_;  // not synced
  PowerCut result_;
};

}  // namespace

PowerCut build_disk(const std::string& before, const std::string& root, const std::string& trace,
                    uint64_t seed, const std::string& to) {
  Disk disk(before, root, seed);
  disk.replay(read_whole(trace));
  fs::create_directories(to);
  for (const auto& entry :
       fs::recursive_directory_iterator(before)) {  // folders last: they are synced when made
    if (entry.is_directory())
      fs::create_directories(to + entry.path().string().substr(before.size()));
  }
  return disk.lose_power(to);
}

}  // namespace freshet
