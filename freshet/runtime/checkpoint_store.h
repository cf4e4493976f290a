#pragma once
/// The checkpoints of one slot: model files `<folder>/<LSN, 20 digits>.ckpt`, newest last.
///
/// Written all or nothing (temporary name, sync, rename, sync of the folder). Read newest first, taking the first whose
/// checksums hold. Kept: the 5 newest, the newest of each of the last 24 hours and 14 days, within a byte limit, always
/// the 2 newest. Threads: one at a time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/model_file.h"
#include "freshet/log/log.h"

namespace freshet {

class CheckpointStore {
 public:
  explicit CheckpointStore(std::string folder) noexcept : folder_(std::move(folder)) {}

  /// LSNs, rising. A folder that isn't there has none.
  Result<std::vector<Lsn>> list() const noexcept;
  std::string path(Lsn lsn) const noexcept;
  /// The file's bytes, its checksums not looked at yet.
  Result<std::vector<std::byte>> read(Lsn lsn) const noexcept;
  Status write(Lsn lsn, std::span<const std::byte> bytes) const noexcept;
  /// Removes what need not be kept. now_us: Unix time. Returns the oldest LSN left, 0: none.
  Result<Lsn> retain(int64_t now_us, uint64_t max_bytes) const noexcept;

 private:
  std::string folder_;
};

/// Body of a `checkpoint` record, section `json`:
/// {"slot":"champion","lsn":41218,"crc":2868653321,"build":"0.1.0 g++ 12.2.0","cpu":"avx2"}
struct CheckpointNote {
  std::string slot;
  Lsn lsn = 0;
  uint32_t crc = 0;  // state_crc
  std::string build, cpu;
};
std::string format_note(const CheckpointNote& note) noexcept;
/// Reads what format_note wrote. `corrupt`: something else.
Result<CheckpointNote> parse_note(std::string_view json) noexcept;
/// What this program and machine write: bits are only compared with files of the same.
std::string build_name() noexcept;
std::string cpu_name() noexcept;

}  // namespace freshet
