#pragma once
/// Remembers which event a replay is at, so that an event that ends the process again and again is found.
///
/// 16 bytes in a file beside the log, mapped: they survive the end of the process (not of the machine) and cost a store
/// an event. A start that finds an event there knows that the process ended inside it. After the third such start in a
/// row the event is not tried again; who has mended the cause removes the file.
///
/// Threads: one.

#include <cstdint>
#include <string>

#include "freshet/base/status.h"
#include "freshet/log/log.h"

namespace freshet {

class ReplayMark {
 public:
  static constexpr uint64_t kStarts = 3;

  /// `path`: made where it is missing. A file of another size or that can't be mapped: `unavailable`.
  static Result<ReplayMark> open(std::string path) noexcept;
  ReplayMark(ReplayMark&& other) noexcept;
  ReplayMark& operator=(ReplayMark&&) = delete;
  ~ReplayMark();

  /// The event is about to be folded. `unavailable`: it ended the process in the last three starts; the text says what
  /// to do.
  Status begin(Lsn lsn) noexcept;
  /// The replay is over: the file goes.
  void end() noexcept;

 private:
  struct Words {
    Lsn lsn;          // being folded; 0: none. Written to files.
    uint64_t starts;  // that ended there, running
  };
  ReplayMark(std::string path, Words* words) noexcept;

  std::string path_;
  Words* words_;
  Words found_;  // by this start
};

}  // namespace freshet
