#pragma once
#include <cstdint>

namespace freshet {

/// Counts what operator new is asked for on this thread while it lives.
class AllocationCount {
 public:
  AllocationCount() noexcept;
  ~AllocationCount();
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;
  uint64_t so_far() const noexcept;
};

}  // namespace freshet
