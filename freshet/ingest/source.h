#pragma once
/// Where bytes come from: files, standard input, compressed or not.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"

namespace freshet {

class Source {
 public:
  virtual ~Source() = default;
  /// Reads at most to.size() bytes, at least one unless the end is reached: then 0. May wait.
  virtual Result<std::size_t> read(std::span<char> to) noexcept = 0;
  /// As people call it: a path, or "<stdin>".
  virtual std::string_view name() const noexcept = 0;
  /// Bytes read from the outside, compressed ones where it is compressed; and how many there are,
  /// 0: not known.
  virtual uint64_t position() const noexcept = 0;
  virtual uint64_t size() const noexcept = 0;
  /// A reader that waits in read() comes back, with what there is or 0. Any thread, signal handlers
  /// too.
  virtual void stop() noexcept {}
};

/// A path, or "-" for standard input. Compression is told by the first bytes, whatever the ending.
/// `max_window`: bytes of memory that a zstd frame may ask for. `not_found`, `denied`,
/// `unsupported` with the path and what to do.
Result<std::unique_ptr<Source>> open_source(const std::string& path, uint64_t max_window) noexcept;

/// The files that `-d` means: a path, "-", or a glob, sorted by name. `not_found`: none matches.
Result<std::vector<std::string>> expand_paths(const std::string& text) noexcept;

}  // namespace freshet
