#include "freshet/ingest/follow_source.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freshet/base/failure.h"
#include "freshet/log/decompressor.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

constexpr int kLookMs = 100;

// Its own changes, and names that appear beside it.
int watch(const std::string& path) noexcept {
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch < 0) return -1;
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "."
                             : slash == 0               ? "/"
                                                        : path.substr(0, slash);
  if (inotify_add_watch(watch, path.c_str(), IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF) < 0 ||
      inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO) < 0) {
    close(watch);
    return -1;
  }
  return watch;
}

}  // namespace

FollowSource::FollowSource(int file, std::string path, const StopFlag& stop) noexcept
    : file_(file), path_(std::move(path)), stop_(stop), watch_(watch(path_)) {}

FollowSource::~FollowSource() {
  close(file_);
  if (watch_ >= 0) close(watch_);
}

Result<std::unique_ptr<FollowSource>> FollowSource::open(const std::string& path,
                                                         const StopFlag& stop) noexcept {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return source_failure("can't be opened", path);
  struct stat about{};
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    close(file);
    return failure(
        Code::invalid_argument,
        path + ": --follow: only a file can be followed; a pipe is read as it comes without it");
  }
  return std::unique_ptr<FollowSource>(new FollowSource(file, path, stop));
}

bool FollowSource::is_shorter() const noexcept {
  struct stat about{};
  return fstat(file_, &about) == 0 && static_cast<uint64_t>(about.st_size) < position_;
}

bool FollowSource::is_replaced() const noexcept {
  struct stat mine{}, named{};
  return fstat(file_, &mine) == 0 && stat(path_.c_str(), &named) == 0 &&
         (mine.st_ino != named.st_ino || mine.st_dev != named.st_dev);
}

void FollowSource::wait() const noexcept {
  pollfd ready{watch_, POLLIN, 0};
  poll(&ready, watch_ < 0 ? 0 : 1, kLookMs);  // a signal ends it, too
  char events[4096];
  while (watch_ >= 0 && ::read(watch_, events, sizeof(events)) > 0) {
  }
}

Result<std::size_t> FollowSource::read(std::span<char> to) noexcept {
  bool was_replaced = false;
  while (!stop_.is_set() && !is_next_) {
    const ssize_t got = ::read(file_, to.data(), to.size());
    if (got < 0 && errno != EINTR) return source_failure("can't be read", path_);
    if (got > 0) {
      const auto bytes = std::as_bytes(to.first(static_cast<std::size_t>(got)));
      if (position_ == 0 && compression_of(bytes) != Compression::none) {
        return failure(Code::unsupported,
                       path_ + ": compressed files can't be followed: read it without --follow");
      }
      position_ += bytes.size();
      return bytes.size();
    }
    if (got < 0) continue;
    if (is_shorter()) {
      notice(Level::warning,
             path_ + ": is shorter than what was read of it; read again from its beginning");
      is_next_ = true;
    } else if (was_replaced) {
      is_next_ = true;  // the old file has been read once more since the new one was there
    } else if (!(was_replaced = is_replaced())) {
      wait();
    }
  }
  return std::size_t{0};
}

}  // namespace freshet
