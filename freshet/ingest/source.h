#pragma once
/// Where bytes come from: files, standard input, compressed or not.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"

namespace freshet {

/// Whether nobody wants more. Any thread and any signal handler may set it; who reads looks at it, and
/// after a signal that ended its waiting, too.
class StopFlag {
 public:
  void set() noexcept { is_set_.store(true, std::memory_order_relaxed); }
  bool is_set() const noexcept { return is_set_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> is_set_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);  // else no signal handler may
};

class Source {
 public:
  virtual ~Source() = default;
  /// Reads at most to.size() bytes, at least one unless the end is reached, or it was stopped: then 0.
  /// May wait.
  virtual Result<std::size_t> read(std::span<char> to) noexcept = 0;
  /// read() has something without waiting, or the end; false where that can't be told.
  virtual bool is_ready() const noexcept { return false; }
  /// As people call it: a path, or "<stdin>".
  virtual std::string_view name() const noexcept = 0;
  /// Bytes read from the outside, compressed ones where it is compressed.
  virtual uint64_t position() const noexcept = 0;
};

/// A path, or "-" for standard input. Compression is told by the first bytes, whatever the ending.
/// `max_window`: bytes of memory that a zstd frame may ask for. `not_found`, `denied`,
/// `unsupported` with the path and what to do. `stop` is borrowed.
Result<std::unique_ptr<Source>> open_source(const std::string& path, uint64_t max_window,
                                            const StopFlag& stop) noexcept;
/// "path: what: reason of the system", with the code for errno.
Status source_failure(std::string_view what, std::string_view path) noexcept;

/// The files that `-d` means: a path, "-", or a glob, sorted by name. `not_found`: none matches.
Result<std::vector<std::string>> expand_paths(const std::string& text) noexcept;

}  // namespace freshet
