#pragma once
/// A file that appears whole or not at all, written piece by piece; or stdout.

#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/console.h"
#include "freshet/log/file.h"

namespace freshet {

class OutputFile {
 public:
  /// `path`: empty is stdout. Writes to a temporary name beside it.
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
  std::string path_, temporary_, buffer_;
  File file_;
  uint64_t offset_ = 0;
};

}  // namespace freshet
