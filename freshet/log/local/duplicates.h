#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/log.h"
#include "freshet/log/payload.h"

namespace freshet {

/// What was appended already: the ids of the last 262,144 events that had one, none older than 24
/// hours of record time, and for each partition of each source the offset that comes next. Memory:
/// 48 bytes an id, at most 20 MiB. A function of the log: noting the same records again changes
/// nothing. Threads: one at a time.
class Duplicates {
 public:
  static constexpr std::size_t kWindow = 262144;
  static constexpr int64_t kMaxAgeUs = int64_t{24} * 3600 * 1'000'000;

  explicit Duplicates(std::size_t window = kWindow) noexcept : window_(window) {}

  /// The LSN of the event that had this id; 0: none within the window. now_us: record time.
  Lsn find(const DedupId&, int64_t now_us) const noexcept;

  /// Offsets against the mark. Ok and 0: they come next. Ok and an LSN: duplicate, it was in the
  /// log by then. conflict: a gap or an overlap; the text has the mark. The first range of an
  /// unknown partition always comes next.
  Result<Lsn> find(const SourceRange&) const noexcept;
  std::optional<uint64_t> mark(std::string_view name, uint32_t partition) const noexcept;

  /// The event at `lsn` carried these. LSNs must not fall, except that what is noted already may be
  /// noted again.
  void note(Lsn lsn, int64_t time_us, const Payload&) noexcept;

  /// The write of `from` and later failed: forgets them.
  void forget(Lsn from) noexcept;

  /// No save() will ask for less than `upto` any more: older marks of partitions may go.
  void applied(Lsn upto) noexcept { applied_ = upto; }

  /// The DUPL chunk: the entries up to `upto` (docs/log-format.md).  REQUIRES: upto >= the last
  /// applied().
  std::vector<std::byte> save(Lsn upto) const noexcept;
  /// Into an empty one. corrupt: not what save() wrote.
  Status load(std::span<const std::byte>) noexcept;

  std::size_t ids() const noexcept { return count_; }

 private:
  struct Entry {
    DedupId id{};
    Lsn lsn = 0;  // 0: free
    int64_t time_us = 0;
  };
  struct Mark {
    Lsn lsn = 0;
    uint64_t next = 0;
  };
  Entry& ring(std::size_t k) noexcept { return ring_[(first_ + k) & (ring_.size() - 1)]; }
  const Entry& ring(std::size_t k) const noexcept {
    return ring_[(first_ + k) & (ring_.size() - 1)];
  }
  std::size_t slot_of(const DedupId&) const noexcept;
  void insert(const DedupId&, Lsn, int64_t time_us) noexcept;
  void erase_slot(std::size_t slot) noexcept;
  void grow() noexcept;
  void pop_front() noexcept;
  void pop_back() noexcept;
  void note_source(Lsn, const SourceRange&) noexcept;

  std::size_t window_;
  std::vector<Entry> ring_;  // oldest first, from first_ on; its size is a power of two
  std::size_t first_ = 0, count_ = 0;
  std::vector<uint32_t> table_;  // open-addressed: 1 + place in ring_; 0: free
  std::map<std::pair<std::string, uint32_t>, std::vector<Mark>, std::less<>>
      sources_;  // marks by LSN, newest last
  Lsn applied_ = 0;
};

}  // namespace freshet
