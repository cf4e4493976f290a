#include "freshet/log/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Takes `count` written bytes off the front of the slices.
std::span<IoSlice> after(std::span<IoSlice> slices, std::size_t count) {
  while (!slices.empty() && count >= slices.front().iov_len) {
    count -= slices.front().iov_len;
    slices = slices.subspan(1);
  }
  if (count != 0) {
    slices.front().iov_base = static_cast<char*>(slices.front().iov_base) + count;
    slices.front().iov_len -= count;
  }
  return slices;
}

}  // namespace

Status system_failure(std::string_view what, std::string_view path, int error) noexcept {
  Code code = Code::unavailable;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = Code::exhausted;
  if (error == ENOENT) code = Code::not_found;
  if (error == EACCES || error == EPERM || error == EROFS) code = Code::denied;
  char buffer[128] = {};
  const char* reason = ::strerror_r(error, buffer, sizeof(buffer));
  std::string text(what);
  if (!path.empty()) text.append(" ").append(path);
  return failure(code, text.append(": ").append(reason));
}

Result<File> File::open(const std::string& path, int flags) noexcept {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return system_failure("file: cannot open", path, errno);
  return File(descriptor);
}

void File::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<uint64_t> File::size() const noexcept {
  struct stat found{};
  if (::fstat(descriptor_, &found) != 0)
    return system_failure("file: cannot tell the size", "", errno);
  return static_cast<uint64_t>(found.st_size);
}

Result<std::size_t> File::read_at(uint64_t offset, std::span<std::byte> to) const noexcept {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t got =
        ::pread(descriptor_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure("file: cannot read", "", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Status File::write_at(uint64_t offset, std::span<const std::byte> bytes) const noexcept {
  IoSlice slice{const_cast<std::byte*>(bytes.data()), bytes.size()};
  uint64_t written = 0;
  return write_at(offset, std::span(&slice, 1), &written);
}

Status File::write_at(uint64_t offset, std::span<IoSlice> slices,
                      uint64_t* written) const noexcept {
  *written = 0;
  slices = after(slices, 0);
  while (!slices.empty()) {
    const auto count = static_cast<int>(std::min<std::size_t>(slices.size(), 1024));  // IOV_MAX
    const ssize_t put =
        ::pwritev(descriptor_, slices.data(), count, static_cast<off_t>(offset + *written));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_failure("file: cannot write", "", errno);
    if (put == 0) return system_failure("file: cannot write", "", ENOSPC);
    *written += static_cast<uint64_t>(put);
    slices = after(slices, static_cast<std::size_t>(put));
  }
  return {};
}

Status File::truncate(uint64_t size) const noexcept {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) == 0) return {};
  return system_failure("file: cannot cut", "", errno);
}

Status File::sync() const noexcept {
  if (::fdatasync(descriptor_) == 0) return {};
  return system_failure("file: cannot sync", "", errno);
}

Status make_folders(const std::string& path) noexcept {
  struct stat found{};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return {};
    return system_failure("file: cannot make the folder", path, ENOTDIR);
  }
  const std::string parent = parent_of(path);
  if (parent != path) FRESHET_TRY(make_folders(parent));
  if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
    return system_failure("file: cannot make the folder", path, errno);
  }
  return sync_folder(parent);
}

Result<std::vector<std::string>> list_folder(const std::string& path) noexcept {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return system_failure("file: cannot list", path, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(folder);
  std::ranges::sort(names);
  return names;
}

Status sync_folder(const std::string& path) noexcept {
  FRESHET_TRY_ASSIGN(const File folder, File::open(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(folder.descriptor()) == 0) return {};
  return system_failure("file: cannot sync the folder", path, errno);
}

Status remove_file(const std::string& path) noexcept {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_failure("file: cannot remove", path, errno);
}

Status rename_file(const std::string& from, const std::string& to) noexcept {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return system_failure("file: cannot rename to", to, errno);
}

Result<std::vector<std::byte>> read_file(const std::string& path, uint64_t limit) noexcept {
  FRESHET_TRY_ASSIGN(const File file, File::open(path, O_RDONLY));
  FRESHET_TRY_ASSIGN(const uint64_t size, file.size());
  if (size > limit) {
    return failure(Code::exhausted, "file: " + path + " has " + std::to_string(size) +
                                        " bytes; at most " + std::to_string(limit) + " are read");
  }
  std::vector<std::byte> bytes(size);
  FRESHET_TRY_ASSIGN(const std::size_t got, file.read_at(0, bytes));
  bytes.resize(got);
  return bytes;
}

Status write_file_atomically(const std::string& path, std::span<const std::byte> bytes) noexcept {
  const std::string temporary = path + ".tmp";
  Status status = [&]() -> Status {
    FRESHET_TRY_ASSIGN(const File file, File::open(temporary, O_WRONLY | O_CREAT | O_TRUNC));
    FRESHET_TRY(file.write_at(0, bytes));
    FRESHET_TRY(file.sync());
    FRESHET_TRY(rename_file(temporary, path));
    return sync_folder(parent_of(path));
  }();
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

}  // namespace freshet
