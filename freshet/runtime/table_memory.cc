#include "freshet/runtime/table_memory.h"

#include <cstdint>
#include <cstdio>

#include <sys/mman.h>
#include <unistd.h>

#include "freshet/core/table.h"

namespace freshet {
namespace {

constexpr std::size_t kHuge = std::size_t{2} << 20;

std::size_t machine_bytes() noexcept {
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page)
                               : SIZE_MAX;
}

// Whole pages, so that the range ends where a mapping does.
std::size_t mapped_bytes(std::size_t bytes) noexcept {
  const std::size_t unit = bytes >= kHuge ? kHuge : 4096;
  return (bytes + unit - 1) / unit * unit;
}

void* take_pages(std::size_t bytes) noexcept {
  if (bytes > SIZE_MAX / 2) return nullptr;
  const std::size_t size = mapped_bytes(bytes), room = size >= kHuge ? size + kHuge : size;
  void* mapped = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (size < kHuge) return mapped;
  // A huge page begins at a multiple of its size: cut off what stands before and behind.
  auto* begin = static_cast<std::byte*>(mapped);
  const std::size_t before = (kHuge - reinterpret_cast<uintptr_t>(mapped) % kHuge) % kHuge;
  if (before != 0) munmap(begin, before);
  if (before != kHuge) munmap(begin + before + size, kHuge - before);
  if (size <= machine_bytes() / 8) (void)madvise(begin + before, size, MADV_HUGEPAGE);
  return begin + before;
}

void give_pages(void* range, std::size_t bytes) noexcept {
  munmap(range, mapped_bytes(bytes));
}

// What the system would find without swapping: free pages, and caches it can drop.
std::size_t available_bytes() noexcept {
  std::FILE* file = std::fopen("/proc/meminfo", "re");
  if (file == nullptr) return SIZE_MAX;
  char line[128];
  unsigned long long kibibytes = 0;
  std::size_t found = SIZE_MAX;
  while (std::fgets(line, sizeof(line), file) != nullptr)
    if (std::sscanf(line, "MemAvailable: %llu kB", &kibibytes) == 1)
      found = static_cast<std::size_t>(kibibytes) * 1024;
  std::fclose(file);
  return found;
}

}  // namespace

constinit const TableMemory kSystemTables{take_pages, give_pages, available_bytes};

}  // namespace freshet
