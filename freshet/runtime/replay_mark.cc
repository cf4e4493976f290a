#include "freshet/runtime/replay_mark.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/base/live.h"
#include "freshet/log/file.h"

namespace freshet {

Result<ReplayMark> ReplayMark::open(std::string path) noexcept {
  FRESHET_TRY_ASSIGN(File file, File::open(path, O_RDWR | O_CREAT | O_CLOEXEC));
  FRESHET_TRY_ASSIGN(const uint64_t size, file.size());
  if (size == 0) {
    FRESHET_TRY(file.truncate(sizeof(Words)));
  } else if (size != sizeof(Words)) {
    return failure(Code::unavailable, path + ": isn't what a replay writes there; remove it");
  }
  void* const at =
      mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
  if (at == MAP_FAILED) return system_failure("replay: can't map", path, errno);
  return ReplayMark(std::move(path), static_cast<Words*>(at));
}

ReplayMark::ReplayMark(std::string path, Words* words) noexcept
    : path_(std::move(path)), words_(words), found_(*words) {}

ReplayMark::ReplayMark(ReplayMark&& other) noexcept
    : path_(std::move(other.path_)),
      words_(std::exchange(other.words_, nullptr)),
      found_(other.found_) {}

ReplayMark::~ReplayMark() {
  if (words_ != nullptr) munmap(words_, sizeof(Words));
}

Status ReplayMark::begin(Lsn lsn) noexcept {
  const uint64_t before = lsn == found_.lsn ? found_.starts : 0;
  if (before >= kStarts) {
    live_store(words_->starts, found_.starts);
    live_store(words_->lsn, found_.lsn);
    return failure(Code::unavailable, "event " + std::to_string(lsn) + " ended the process in " +
                                          std::to_string(before) +
                                          " starts running and isn't tried again; to try it, remove " + path_);
  }
  // In this order: the process may end between the two.
  live_store(words_->starts, before + 1);
  live_store(words_->lsn, lsn);
  return {};
}

void ReplayMark::end() noexcept {
  live_store(words_->lsn, Lsn{0});
  (void)remove_file(path_);
}

}  // namespace freshet
