#pragma once
/// A file that appears whole or not at all, written piece by piece; or stdout.

#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/console.h"
#include "freshet/log/file.h"

namespace freshet {

/// Whether a file may be put at `path` when the work is done: asked before it. Its folder is there and may be
/// written; what is at `path`, if anything, is a file: a file that is renamed would take the place of a
/// device, a pipe or a folder.
Status check_output(const std::string& path) noexcept;

class OutputFile {
 public:
  /// Empty, "-" and "/dev/stdout".
  static bool is_stdout(std::string_view path) noexcept {
    return path.empty() || path == "-" || path == "/dev/stdout";
  }
  /// `path`: stdout; "/dev/null", which takes everything; or a file. Writes to a temporary name beside it.
  static Result<OutputFile> open(const std::string& path, Console& console) noexcept;
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Without finish() nothing is left.
  ~OutputFile();

  Status write(std::string_view text) noexcept;
  /// Synced and renamed: from here on it is there.
  Status finish() noexcept;

 private:
  explicit OutputFile(Console& console) noexcept : console_(console) {}
  Status flush() noexcept;

  Console& console_;
  bool is_null_ = false;
  std::string path_, temporary_, buffer_;
  File file_;
  uint64_t offset_ = 0;
};

}  // namespace freshet
