#pragma once
/// A file's bytes as memory, read-only, mapped for as long as the object lives.

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "freshet/base/status.h"

namespace freshet {

class MappedFile {
 public:
  MappedFile() noexcept = default;
  MappedFile(MappedFile&& other) noexcept
      : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  /// `not_found`, `denied`; `unsupported` for what isn't a file.
  static Result<MappedFile> open(const std::string& path) noexcept;
  std::span<const std::byte> bytes() const noexcept { return {begin_, size_}; }

 private:
  const std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace freshet
