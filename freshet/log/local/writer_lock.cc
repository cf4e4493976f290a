#include "freshet/log/local/writer_lock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

// The file: u64 token, u64 process id, i64 held since (Unix time, us), u32 crc32c of the 24 bytes
// before, u32 zero. Less than a disk sector, so that it is written whole or not at all.
constexpr std::size_t kBytes = 32;

struct Holder {
  uint64_t token = 0;
  uint64_t process = 0;
};

std::optional<Holder> read_holder(const File& file) {
  std::array<std::byte, kBytes> bytes{};
  const Result<std::size_t> got = file.read_at(0, bytes);
  if (!got.ok() || *got != kBytes) return {};
  if (crc32c(std::span(bytes).first(24)) != get_u32(bytes.data() + 24)) return {};
  return Holder{.token = get_u64(bytes.data()), .process = get_u64(bytes.data() + 8)};
}

// File systems over a network, by the numbers of statfs(2): a lock there may be nobody's.
const char* network_file_system(const std::string& folder) {
  struct statfs found{};
  if (::statfs(folder.c_str(), &found) != 0) return nullptr;
  switch (static_cast<uint32_t>(found.f_type)) {
    case 0x6969:
      return "NFS";
    case 0x517b:
      return "SMB";
    case 0xff534d42:
      return "CIFS";
    case 0xfe534d42:
      return "SMB2";
    case 0x73757245:
      return "Coda";
    case 0x5346414f:
      return "AFS";
    case 0x00c36400:
      return "Ceph";
    case 0x0bd00bd0:
      return "Lustre";
    default:
      return nullptr;
  }
}

bool is_same_file(const std::string& path, int descriptor, uint64_t* device, uint64_t* inode) {
  struct stat named{}, held{};
  if (::stat(path.c_str(), &named) != 0 || ::fstat(descriptor, &held) != 0) return false;
  *device = held.st_dev;
  *inode = held.st_ino;
  return named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

Status held_by_another(const std::string& folder, const File& file) {
  std::string text = "log: " + folder + " is in use";
  if (const auto holder = read_holder(file)) {
    text += " by process " + std::to_string(holder->process) + " (lease " +
            std::to_string(holder->token) + ")";
  }
  return failure(Code::conflict, text + "; stop it, or choose another folder");
}

}  // namespace

Result<WriterLock> WriterLock::acquire(std::string_view folder) noexcept {
  WriterLock lock;
  lock.folder_ = folder;
  lock.path_ = lock.folder_ + "/WRITER.lock";
  FRESHET_TRY(make_folders(lock.folder_));
  if (const char* name = network_file_system(lock.folder_)) {
    return failure(Code::unsupported,
                   "log: " + lock.folder_ + " is on " + name +
                       ", where a lock can't be trusted; choose a folder on a local disk");
  }
  for (int tries = 0; tries < 10; tries++) {  // again if somebody replaces the file meanwhile
    FRESHET_TRY_ASSIGN(lock.file_, File::open(lock.path_, O_RDWR | O_CREAT));
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(lock.file_.descriptor(), F_OFD_SETLK, &whole) != 0) {
      if (errno == EAGAIN || errno == EACCES) return held_by_another(lock.folder_, lock.file_);
      return system_failure("log: cannot lock", lock.path_, errno);
    }
    if (!is_same_file(lock.path_, lock.file_.descriptor(), &lock.device_, &lock.inode_)) continue;
    const auto last = read_holder(lock.file_);
    FRESHET_TRY(lock.hold((last ? last->token : 0) + 1));
    FRESHET_TRY(sync_folder(lock.folder_));
    return lock;
  }
  return failure(Code::conflict,
                 "log: " + lock.path_ + " is being replaced all the time; stop whoever does that");
}

Status WriterLock::hold(uint64_t token) noexcept {
  using namespace std::chrono;
  std::array<std::byte, kBytes> bytes{};
  put_u64(bytes.data(), token);
  put_u64(bytes.data() + 8, static_cast<uint64_t>(::getpid()));
  put_i64(bytes.data() + 16,
          duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
  put_u32(bytes.data() + 24, crc32c(std::span(bytes).first(24)));
  FRESHET_TRY(file_.write_at(0, bytes));
  FRESHET_TRY(file_.sync());
  token_ = token;
  return {};
}

Status WriterLock::raise_above(uint64_t seen) noexcept {
  return seen < token_ ? Status() : hold(seen + 1);
}

Status WriterLock::check() const noexcept {
  uint64_t device = 0, inode = 0;
  if (is_same_file(path_, file_.descriptor(), &device, &inode) && device == device_ &&
      inode == inode_) {
    const auto holder = read_holder(file_);
    if (holder && holder->token == token_) return {};
  }
  return failure(Code::unavailable,
                 "log: " + path_ +
                     " is no longer the file that this process locked; another writer may "
                     "be at work, so nothing more is acknowledged");
}

}  // namespace freshet
