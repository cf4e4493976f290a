#pragma once
/// Predictions that wait for their label: part of a model's fold, saved in chunk PEND of its checkpoints.
///
/// A remembered prediction keeps the features, what the model thought of them then, and what the client was told, until
/// its label comes, its time is over, or the byte budget evicts it, the oldest first. An id that was joined or dropped
/// leaves a tombstone of 24 bytes, so that a late or repeated label gets an honest answer.
/// Time is record time only, so that a replay drops the same entries at the same places.
///
/// A deferred decision counts only once it is activated. Until then it keeps a cost that comes, and when its time is over it
/// teaches nothing.
///
/// PEND, little-endian: u32 version, u32 0, i64 ttl_us, u64 max_bytes, u64 expired, u64 evicted, u32 entries, u32
/// tombstones; each entry: u64 lsn, i64 time_us, u64 request, u16 id length, u16 flags, u32 own, u32 asked, u32 served, u32
/// block bytes, id, own, asked and served as f32, block (docs/blocks-format.md), cost as f32 if there is one; each tombstone:
/// 16 bytes id hash, i64 deadline_us, u8 state, 7 zeros. Entries by LSN, tombstones by deadline. Version 1 has no flags;
/// 2, written where an entry has any: 1 deferred, 2 a cost has come.
///
/// Threads: one writer; any number may find(), len() at the same time: a mutex that is held for the few steps of a look-up.

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/log.h"

namespace freshet {

/// One remembered prediction.
struct Pending {
  std::string id;               // 1 to 64 bytes
  Lsn lsn = 0;
  int64_t time_us = 0;          // record time
  uint64_t request = 0;         // request_hash(): the same request again is a duplicate, another a conflict
  std::vector<float> own;       // this fold's prediction by its state at lsn: what metrics score
  std::vector<float> asked;     // what the baselines predicted then (Evaluation::ask)
  std::vector<float> served;    // what the client was told
  std::vector<std::byte> block; // the features: one example, ids of the model's schema
  bool is_deferred = false;     // a decision that waits to be activated, too
  std::optional<float> cost;    // of a deferred one: what it was told to have cost

  uint64_t bytes() const noexcept {
    return 128 + id.size() + 4 * (own.size() + asked.size() + served.size()) + block.size();
  }
};

struct PendingLimits {
  int64_t ttl_us = int64_t{86'400} * 1'000'000;
  uint64_t max_bytes = uint64_t{256} << 20;
};

class PendingTable {
 public:
  enum class State : uint8_t { unknown = 0, waiting = 1, joined = 2, dropped = 3 };  // Written to files.
  struct Found {
    State state = State::unknown;
    Lsn lsn = 0;
    uint64_t request = 0;
    std::vector<float> served;
    bool is_deferred = false;
  };

  explicit PendingTable(PendingLimits limits) noexcept : limits_(limits) {}

  /// What is known about `id`. Any thread.
  Found find(std::string_view id) const noexcept;

  /// Time has come to `now_us`: drops what is over. Writer only, as all that follows.
  void advance(int64_t now_us) noexcept;
  /// The oldest entry that was remembered at `latest_us` or before, taken out as one whose time is over; nothing: there is
  /// none.
  std::optional<Pending> take_older(int64_t latest_us) noexcept;
  /// Keeps it. REQUIRES: find(id) says unknown, LSNs rise. Past the budget the oldest go.
  void add(Pending pending) noexcept;
  /// Keeps the cost of a deferred decision; false: it has one. REQUIRES: find(id) says waiting and deferred.
  bool keep_cost(std::string_view id, float cost) noexcept;
  /// A deferred decision counts from now on. The cost that had come, if any: it is to be learned now. REQUIRES: as above.
  std::optional<float> activate(std::string_view id) noexcept;
  /// Takes the entry out for its label and leaves a tombstone. REQUIRES: find(id) says waiting.
  Pending join(std::string_view id) noexcept;

  /// Some entry has waited for `wait_us`, or for its time to live, at `now_us`. Any thread.
  bool has_older(int64_t now_us, int64_t wait_us = INT64_MAX) const noexcept;

  uint64_t waiting() const noexcept;   // any thread
  uint64_t expired() const noexcept;   // any thread
  uint64_t evicted() const noexcept;   // any thread

  std::vector<std::byte> save() const noexcept;
  /// Replaces everything, limits included. `corrupt`: not what save() wrote; nothing is changed.
  Status load(std::span<const std::byte> bytes) noexcept;

 private:
  using Key = std::array<uint64_t, 2>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept { return key[0]; }
  };
  struct Tombstone {
    Key key;
    State state;
  };
  static constexpr uint64_t kTombstoneBytes = 24;
  static Key key_of(std::string_view id) noexcept;
  void bury(const Key& key, State state, int64_t deadline_us) noexcept;
  Pending& at(std::string_view id) noexcept;
  Pending take(Lsn lsn, State state, int64_t until_us) noexcept;
  void drop_oldest(int64_t now_us) noexcept;
  uint64_t bytes() const noexcept { return entry_bytes_ + kTombstoneBytes * tombstones_.size(); }

  mutable std::mutex mutex_;
  PendingLimits limits_;
  std::map<Lsn, Pending> entries_;                      // by age
  std::multimap<int64_t, Tombstone> tombstones_;        // by deadline
  std::unordered_map<Key, Lsn, KeyHash> waiting_;       // only looked up, never walked: its order means nothing
  std::unordered_map<Key, State, KeyHash> gone_;
  uint64_t entry_bytes_ = 0, expired_ = 0, evicted_ = 0;
  int64_t now_us_ = 0;
};

}  // namespace freshet
