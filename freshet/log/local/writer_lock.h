#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/log/file.h"

namespace freshet {

/// One writer for each model folder, across processes: the lock file `WRITER.lock` and the fencing
/// token in it.
///
/// The lock is an open-file-description lock (F_OFD_SETLK): a POSIX lock would be dropped when any
/// other descriptor of the file is closed. The kernel frees it when the process ends, kill -9
/// included. A stopped process keeps it. The token is raised and synced at each acquisition.
/// Everything a holder writes carries it, so that whoever reads a log can tell the records of a
/// holder that has lost the lock, for instance because its folder was moved away under it. Threads:
/// check() from any; the rest belongs to the owner.
class WriterLock {
 public:
  /// Creates the folder and the file where needed.
  /// conflict: another process (named in the text) or another object of this process holds it.
  /// unsupported: the folder is on a network file system, where locks can't be trusted.
  static Result<WriterLock> acquire(std::string_view folder) noexcept;

  WriterLock(WriterLock&&) noexcept = default;  // moved from, it holds nothing
  WriterLock& operator=(WriterLock&&) noexcept = default;

  const std::string& folder() const noexcept { return folder_; }
  uint64_t token() const noexcept { return token_; }

  /// Makes the token greater than `seen`, a token met in a segment or checkpoint: the lock file may
  /// have been lost.
  Status raise_above(uint64_t seen) noexcept;

  /// Ok while the file in the folder is still the one that was locked, with our token in it; else
  /// unavailable
  /// ("log_failed"): somebody else may be writing, nothing may be acknowledged any more. Two system
  /// calls.
  Status check() const noexcept;

 private:
  WriterLock() noexcept = default;
  Status hold(uint64_t token) noexcept;

  std::string folder_, path_;
  File file_;
  uint64_t token_ = 0, device_ = 0, inode_ = 0;
};

}  // namespace freshet
