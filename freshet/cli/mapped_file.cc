#include "freshet/cli/mapped_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>

#include "freshet/log/file.h"

namespace freshet {

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (begin_ != nullptr) munmap(const_cast<std::byte*>(begin_), size_);
}

Result<MappedFile> MappedFile::open(const std::string& path) noexcept {
  FRESHET_TRY_ASSIGN(const File file, File::open(path, O_RDONLY));
  FRESHET_TRY_ASSIGN(const uint64_t size, file.size());
  MappedFile mapped;
  if (size == 0) return mapped;
  void* begin =
      mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (begin == MAP_FAILED) return system_failure("map", path, errno);
  mapped.begin_ = static_cast<const std::byte*>(begin);
  mapped.size_ = static_cast<std::size_t>(size);
  return mapped;
}

}  // namespace freshet
