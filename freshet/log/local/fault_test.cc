#include "freshet/log/local/fault.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace freshet {

Faults& faults() {
  static Faults instance;
  return instance;
}

namespace {

// Takes at most `room` bytes of the slices.
ssize_t write_some(int file, const iovec* slices, int count, off_t offset, uint64_t room) {
  std::vector<iovec> cut(slices, slices + count);
  for (iovec& slice : cut) {
    slice.iov_len = std::min<uint64_t>(slice.iov_len, room);
    room -= slice.iov_len;
  }
  return ::syscall(SYS_pwritev, file, cut.data(), static_cast<unsigned long>(count), offset, 0L);
}

}  // namespace
}  // namespace freshet

// Found before the C library's.
extern "C" int fdatasync(int file) {
  freshet::faults().syncs++;
  if (const int error = freshet::faults().fail_sync; error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

extern "C" ssize_t pwritev(int file, const iovec* slices, int count, off_t offset) {
  freshet::Faults& faults = freshet::faults();
  const uint64_t room = faults.write_room;
  if (const int error = room == 0 ? ENOSPC : faults.fail_write.load(); error != 0) {
    errno = error;
    return -1;
  }
  const ssize_t put = freshet::write_some(file, slices, count, offset, room);
  if (put > 0 && room != UINT64_MAX) faults.write_room = room - static_cast<uint64_t>(put);
  return put;
}
