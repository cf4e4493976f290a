#pragma once
/// A file that grows: its end is where more will come.

#include "freshet/ingest/source.h"

namespace freshet {

/// read() waits at the end until there is more: inotify says so, or, where there is none, a look ten
/// times a second. It answers 0 only where a text ends: the file was renamed away or removed and its
/// name stands for another one now, or it became shorter than what was read; then is_next() is true
/// and the path is to be opened again, from 0. Or it was stopped, which a wait of at most 100 ms sees. Compressed data is `unsupported`:
/// its end can't be told from a pause.
class FollowSource final : public Source {
 public:
  /// `stop` is borrowed.
  static Result<std::unique_ptr<FollowSource>> open(const std::string& path,
                                                    const StopFlag& stop) noexcept;
  ~FollowSource() override;
  FollowSource(const FollowSource&) = delete;
  FollowSource& operator=(const FollowSource&) = delete;

  Result<std::size_t> read(std::span<char> to) noexcept override;
  std::string_view name() const noexcept override { return path_; }
  uint64_t position() const noexcept override { return position_; }
  bool is_next() const noexcept { return is_next_; }

 private:
  FollowSource(int file, std::string path, const StopFlag& stop) noexcept;
  void wait() const noexcept;
  bool is_shorter() const noexcept;
  bool is_replaced() const noexcept;

  const int file_;
  const std::string path_;
  const StopFlag& stop_;
  int watch_ = -1;
  uint64_t position_ = 0;
  bool is_next_ = false;
};

}  // namespace freshet
