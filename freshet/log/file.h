#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/uio.h>

#include "freshet/base/status.h"

/// Files, with every error told: what was tried, on which path, why it failed, in the system's
/// words.
///
/// Writing goes through write, pwrite and pwritev only, so that tests which fail or record those
/// see every byte.
namespace freshet {

using IoSlice = ::iovec;

/// An open file descriptor, closed when it goes. Move-only.
class File {
 public:
  File() noexcept = default;
  explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    if (this != &other) {
      close();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }

  /// flags: as for open(2); O_CLOEXEC is added. New files get mode 0640.
  static Result<File> open(const std::string& path, int flags) noexcept;

  int descriptor() const noexcept { return descriptor_; }
  bool is_open() const noexcept { return descriptor_ >= 0; }
  void close() noexcept;

  Result<uint64_t> size() const noexcept;
  /// Reads until `to` is full or the file ends; returns how many bytes.
  Result<std::size_t> read_at(uint64_t offset, std::span<std::byte> to) const noexcept;
  Status write_at(uint64_t offset, std::span<const std::byte> bytes) const noexcept;
  /// Writes the slices one after another, going on after short writes; they are used up.
  /// `*written`: bytes in the file, also when it fails.
  Status write_at(uint64_t offset, std::span<IoSlice> slices, uint64_t* written) const noexcept;
  Status truncate(uint64_t size) const noexcept;
  /// fdatasync: the bytes and what is needed to read them back.
  Status sync() const noexcept;

 private:
  int descriptor_ = -1;
};

/// "<what> <path>: <reason of the system>" (no path if it is empty), with the code for `error`:
/// exhausted when the disk is full (ENOSPC, EDQUOT, EFBIG), not_found, denied, else unavailable.
Status system_failure(std::string_view what, std::string_view path, int error) noexcept;

/// Makes the folder and its parents, synced, where they are missing.
Status make_folders(const std::string& path) noexcept;
/// Names in a folder, sorted; without "." and "..".
Result<std::vector<std::string>> list_folder(const std::string& path) noexcept;
/// Makes what was created, renamed or removed in the folder survive power loss.
Status sync_folder(const std::string& path) noexcept;
/// not_found is ok: it is gone.
Status remove_file(const std::string& path) noexcept;
Status rename_file(const std::string& from, const std::string& to) noexcept;
/// At most `limit` bytes, else exhausted.
Result<std::vector<std::byte>> read_file(const std::string& path, uint64_t limit) noexcept;
/// All or nothing, power loss included: temporary name beside it, sync, rename, sync of the folder.
Status write_file_atomically(const std::string& path, std::span<const std::byte> bytes) noexcept;

}  // namespace freshet
