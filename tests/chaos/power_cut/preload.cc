// A library to be loaded before the C library's (LD_PRELOAD): writes down every call that changes files or makes changes
// last, below the folder FRESHET_POWER_ROOT, to the file FRESHET_POWER_TRACE. The calls themselves go to the kernel as they
// are. A call is written down after it is done and before its caller goes on: what is not written down was not acknowledged.
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/chaos/power_cut/trace.h"

namespace {

using freshet::TraceRecord;
using Call = TraceRecord::Call;

class Recorder {
 public:
  static Recorder& get() {
    static auto* recorder = new Recorder();  // never destroyed: threads may still write
    return *recorder;
  }

  bool is_below(const char* path) const {
    return trace_ >= 0 && path != nullptr &&
           root_.compare(0, root_.size(), path, root_.size()) == 0;
  }

  // Which of the traced files a descriptor is; nothing for others.
  bool is_traced(int descriptor, uint64_t* file, std::string* path) const {
    if (trace_ < 0 || descriptor == trace_) return false;
    char name[64], target[4096];
    std::snprintf(name, sizeof(name), "/proc/self/fd/%d", descriptor);
    const ssize_t length = ::readlink(name, target, sizeof(target) - 1);
    if (length <= 0) return false;
    target[length] = '\0';
    struct stat found{};
    if (!is_below(target) || ::fstat(descriptor, &found) != 0) return false;
    *file = found.st_ino;
    if (path != nullptr) *path = target;
    return true;
  }

  uint64_t now() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  void record(Call call, uint64_t file, uint64_t offset, uint64_t order,
              const std::vector<iovec>& content) {
    TraceRecord header{call, 0, file, offset, order};
    std::vector<iovec> slices{{&header, sizeof(header)}};
    for (const iovec& slice : content) {
      header.bytes += static_cast<uint32_t>(slice.iov_len);
      slices.push_back(slice);
    }
    const std::lock_guard lock(mutex_);
    count_++;
    // One call, so that a kill cuts the trace between records or not at all.
    std::vector<char> flat;
    for (const iovec& slice : slices) {
      flat.insert(flat.end(), static_cast<char*>(slice.iov_base),
                  static_cast<char*>(slice.iov_base) + slice.iov_len);
    }
    if (::syscall(SYS_write, trace_, flat.data(), flat.size()) != static_cast<long>(flat.size()))
      std::abort();
  }

 private:
  Recorder() {
    const char* root = std::getenv("FRESHET_POWER_ROOT");
    const char* trace = std::getenv("FRESHET_POWER_TRACE");
    if (root == nullptr || trace == nullptr) return;
    root_ = root;
    trace_ = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, trace,
                                        O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  }

  std::string root_;
  int trace_ = -1;
  std::mutex mutex_;
  uint64_t count_ = 0;
};

iovec text(const char* path) {
  return {const_cast<char*>(path), std::strlen(path)};
}

int open_traced(const char* path, int flags, unsigned mode) {
  Recorder& recorder = Recorder::get();
  const bool below = recorder.is_below(path);
  const int descriptor = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  struct stat found{};
  if (descriptor < 0 || !below || ::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode))
    return descriptor;
  const uint64_t is_emptied = (flags & O_TRUNC) != 0 ? 1 : 0;
  recorder.record(Call::opened, found.st_ino, is_emptied, 0, {text(path)});
  return descriptor;
}

int sync_traced(int descriptor, long number) {
  Recorder& recorder = Recorder::get();
  uint64_t file = 0;
  std::string path;
  const bool traced = recorder.is_traced(descriptor, &file, &path);
  const uint64_t order = recorder.now();
  const int result = static_cast<int>(::syscall(number, descriptor));
  if (!traced || result != 0) return result;
  struct stat found{};
  ::fstat(descriptor, &found);
  if (S_ISDIR(found.st_mode)) {
    recorder.record(Call::folder_synced, file, 0, order, {text(path.c_str())});
  } else {
    recorder.record(Call::synced, file, 0, order, {});
  }
  return result;
}

void wrote(int descriptor, uint64_t offset, const iovec* slices, int count, ssize_t put) {
  uint64_t file = 0;
  Recorder& recorder = Recorder::get();
  if (put <= 0 || !recorder.is_traced(descriptor, &file, nullptr)) return;
  std::vector<iovec> content;
  auto left = static_cast<std::size_t>(put);
  for (int i = 0; i < count && left != 0; i++) {
    content.push_back({slices[i].iov_base, slices[i].iov_len < left ? slices[i].iov_len : left});
    left -= content.back().iov_len;
  }
  recorder.record(Call::written, file, offset, 0, content);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  unsigned mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, unsigned);
    va_end(arguments);
  }
  return open_traced(path, flags, mode);
}

ssize_t pwritev(int descriptor, const iovec* slices, int count, off_t offset) {
  const ssize_t put =
      ::syscall(SYS_pwritev, descriptor, slices, static_cast<unsigned long>(count), offset, 0L);
  wrote(descriptor, static_cast<uint64_t>(offset), slices, count, put);
  return put;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  const ssize_t put = ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
  const iovec slice{const_cast<void*>(bytes), size};
  wrote(descriptor, static_cast<uint64_t>(offset), &slice, 1, put);
  return put;
}

// The place is where the descriptor was; processes that write one file through several threads this way aren't traced right.
ssize_t write(int descriptor, const void* bytes, size_t size) {
  const off_t before = ::lseek(descriptor, 0, SEEK_CUR);
  const ssize_t put = ::syscall(SYS_write, descriptor, bytes, size);
  const iovec slice{const_cast<void*>(bytes), size};
  if (before >= 0) wrote(descriptor, static_cast<uint64_t>(before), &slice, 1, put);
  return put;
}

int ftruncate(int descriptor, off_t size) noexcept {
  const int result = static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
  uint64_t file = 0;
  if (result == 0 && Recorder::get().is_traced(descriptor, &file, nullptr)) {
    Recorder::get().record(Call::cut, file, static_cast<uint64_t>(size), 0, {});
  }
  return result;
}

int fdatasync(int descriptor) {
  return sync_traced(descriptor, SYS_fdatasync);
}
int fsync(int descriptor) {
  return sync_traced(descriptor, SYS_fsync);
}

int rename(const char* from, const char* to) noexcept {
  const int result = static_cast<int>(::syscall(SYS_rename, from, to));
  static char zero = '\0';
  if (result == 0 && Recorder::get().is_below(to)) {
    Recorder::get().record(Call::renamed, 0, 0, 0, {text(from), {&zero, 1}, text(to)});
  }
  return result;
}

int unlink(const char* path) noexcept {
  const int result = static_cast<int>(::syscall(SYS_unlink, path));
  if (result == 0 && Recorder::get().is_below(path))
    Recorder::get().record(Call::removed, 0, 0, 0, {text(path)});
  return result;
}

}  // extern "C"
