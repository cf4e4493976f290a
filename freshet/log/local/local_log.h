#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/file.h"
#include "freshet/log/local/segment.h"
#include "freshet/log/local/segment_reader.h"
#include "freshet/log/local/writer_lock.h"
#include "freshet/log/log.h"

namespace freshet {

/// What a local log needs to know when it is opened for writing.
struct LocalLogOptions {
  ModelId model_id{};  // all zero: that of the segments found, or a random one for a new log
  Lsn checkpoint_lsn =
      0;  // records at or below it need not be readable: the checkpoint holds their effect
  Lsn synced_lsn =
      0;  // known durable from elsewhere (the checkpoint's LSN): damage up to here is refused
  uint64_t checkpoint_token = 0;  // token in the checkpoint; ours is made greater
  bool repair = false;  // drop damaged records instead of refusing; the recovery says which
  uint64_t first_segment_bytes = uint64_t{1} << 20;  // doubles ...
  uint64_t max_segment_bytes = uint64_t{64} << 20;   // ... up to this
  int64_t (*now_us)() noexcept = nullptr;            // Unix time; null: the system's clock
  /// Called for every record above checkpoint_lsn while opening, in order: rebuilds what is kept
  /// beside the log.
  std::function<void(const Event&)> each{};
};

/// What opening found: for the start-up message and for tests.
struct Recovery {
  Lsn first = 0, last = 0;  // records kept; 0, 0: none
  Lsn synced = 0;           // S: everything up to here was acknowledged as durable
  uint64_t records = 0;     // read while opening
  uint64_t torn_bytes =
      0;  // cut off the end of the last segment: written, never acknowledged as durable
  std::vector<std::string>
      remarks;  // what a person should be told: torn tails, records left out, what repair dropped
};

/// Which whole segments may be removed. A segment goes when all its records are below
/// `oldest_checkpoint`, or when it lies beyond `max_bytes` or `max_age_us`; never when it has
/// records above `newest_checkpoint`.
struct Retention {
  Lsn oldest_checkpoint = 0;
  Lsn newest_checkpoint = 0;  // newest synced one of the champion
  uint64_t max_bytes = uint64_t{10} << 30;
  int64_t max_age_us = 0;  // 0: no limit
};

struct RecoveryPlan;

/// The log of one model on local disk: segments `<folder>/log/<first LSN, 20 digits>.log`
/// (docs/log-format.md).
///
/// This is the plain, blocking layer: bytes, recovery, rotation. Queues, group commit and
/// acknowledgements are in appender.h, which is what servers use.
///
/// Segments are written full of zeros and synced before use, so that a commit changes no metadata.
/// `prepare()` does that for the next one, from a background thread; when it has not been called in
/// time the next segment simply grows. Only write, pwrite and pwritev put bytes there: tests that
/// cut the power see every one. A failed fsync is final: the kernel may have dropped the pages, and
/// a second call would lie. From then on append and sync answer unavailable ("log_failed"); reading
/// goes on.
///
/// Threads: one appends; one syncs; one prepares and trims; any number read. They may all be
/// different.
class LocalLog final : public Log {
 public:
  /// Recovers (the rule of docs/log-format.md), then starts a new segment under the lock's token.
  /// corrupt: records that were acknowledged are damaged or missing, and `repair` was not asked
  /// for.
  static Result<std::unique_ptr<LocalLog>> open(WriterLock lock, LocalLogOptions options) noexcept;

  /// For `replay` and `inspect`: changes nothing, takes no lock. append, sync and trim answer
  /// `denied`. checkpoint: records up to it need not be there.
  static Result<std::unique_ptr<LocalLog>> open_read_only(std::string_view folder,
                                                          Lsn checkpoint = 0) noexcept;

  ~LocalLog() override;

  Result<Lsn> append(std::span<Event> events) noexcept override;
  Status sync(Lsn upto) noexcept override;
  Lsn durable() const noexcept override { return durable_.load(std::memory_order_acquire); }
  Status read(Lsn from, void* self,
              bool (*each)(void* self, const Event&) noexcept) noexcept override;
  Lsn first() const noexcept override;
  Lsn end() const noexcept override { return end_.load(std::memory_order_acquire); }
  Status trim(Lsn below) noexcept override;

  /// Like append, but a failure in the middle keeps what was written: `*done` events, from the
  /// first on, are in the log whatever the Status says. unavailable, text "log: disk_full ...":
  /// nothing more fits; try again later, at the same place. unavailable, "log: log_failed ...":
  /// final. time_us: that of the events, from next_time_us().
  Status append_some(std::span<Event> events, int64_t time_us, std::size_t* done) noexcept;
  /// Unix time, or that of the last record where the clock went back. The appending thread.
  int64_t next_time_us() const noexcept;

  /// True once a quarter of the present segment is used and the next one is not ready. The
  /// appending thread.
  bool wants_preparing() const noexcept;
  /// Writes and syncs the zeros of the next segment, unless that is done already. Background
  /// thread. exhausted: the disk is full.
  Status prepare() noexcept;
  /// Removes the segments that `Retention` lets go. Returns how many.
  Result<uint32_t> retain(const Retention&) noexcept;

  const Recovery& recovery() const noexcept { return recovery_; }
  const ModelId& model_id() const noexcept { return model_id_; }
  uint64_t token() const noexcept;
  const std::string& folder() const noexcept { return folder_; }
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  /// Bytes of all segments on disk.
  uint64_t bytes() const noexcept;
  /// Cuts the present segment to its length and syncs. What is appended later fails.
  Status close() noexcept;

  /// Reads records one after another from the files.
  class Cursor;

 private:
  struct Current;  // the segment being written
  struct Ready {   // the next one, full of zeros
    File file;
    std::string path;
    uint64_t bytes = 0;
  };
  struct Listed {  // a segment on disk; the last one is the current one
    std::string path;
    Lsn first = 0;
    uint64_t bytes = 0;
    int64_t created_us = 0;
  };
  LocalLog() noexcept;
  Status apply(RecoveryPlan plan) noexcept;
  Status cut(const RecoveryPlan& plan, const std::string& path) noexcept;
  Status remove_temporary() noexcept;
  Status rotate() noexcept;
  Status seal(Current& segment) noexcept;
  Result<Ready> make_ready(uint64_t bytes) noexcept;
  Result<Ready> take_ready() noexcept;
  Status start_segment(Ready ready) noexcept;
  std::size_t fit(const Current& segment, std::span<const Event> events) const noexcept;
  Status write_group(Current& segment, std::span<Event> events, int64_t time_us,
                     std::size_t* done) noexcept;
  void encode_group(const Current& segment, std::span<Event> events, int64_t time_us) noexcept;
  Status check_writable() noexcept;
  Status fail(const Status& why) noexcept;
  Status refused() const noexcept;
  std::shared_ptr<Current> current() const noexcept;
  std::string segment_path(Lsn first) const noexcept;

  std::optional<WriterLock> lock_;  // none: read only
  std::string folder_;
  ModelId model_id_{};
  Recovery recovery_;
  uint64_t max_segment_bytes_ = 0;
  std::atomic<uint64_t> next_segment_bytes_{0};
  std::atomic<uint64_t> prepared_{0};  // counts temporary names
  int64_t (*now_us_)() noexcept = nullptr;
  int64_t last_time_us_ = 0;  // appender's

  std::atomic<Lsn> end_{0}, durable_{0};
  std::atomic<bool> failed_{false}, closed_{false};

  mutable std::mutex files_mutex_;  // guards files_, current_, why_
  std::vector<Listed> files_;
  std::shared_ptr<Current> current_;
  std::string why_;                 // of the failure
  std::mutex sync_mutex_;           // one fdatasync at a time: the kernel tells an error only once
  mutable std::mutex ready_mutex_;  // guards ready_
  std::optional<Ready> ready_;

  // The appender's, kept so that a group costs no allocation.
  std::vector<std::byte> scratch_;
  std::vector<IoSlice> slices_;
};

/// Records in order, from files that may still grow: what read() and slow tails use. One thread.
class LocalLog::Cursor {
 public:
  /// REQUIRES: from >= 1. The log outlives the cursor.
  Cursor(LocalLog& log, Lsn from) noexcept;
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  /// The next event, borrowed until the next call. False: there is none at or below `end()` now;
  /// ask again later. not_found: the segment was trimmed away. corrupt: it is damaged. unsupported:
  /// written by a later version.
  Result<bool> next(Event* event) noexcept;
  Lsn position() const noexcept { return next_; }

 private:
  Status open_segment() noexcept;

  LocalLog* log_;
  Lsn next_;
  std::unique_ptr<SegmentReader> reader_;
  Lsn segment_end_ = 0;  // first LSN of the segment after; 0: it is the last
};

}  // namespace freshet
