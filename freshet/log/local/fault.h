#pragma once
#include <atomic>
#include <cstdint>

namespace freshet {

/// Faults for the tests of this folder: their program has its own fdatasync and pwritev (fault_test.cc), which pass calls
/// on to the kernel unless told otherwise here.
struct Faults {
  std::atomic<int> fail_sync{0};   // error number of every fdatasync; 0: none
  std::atomic<int> fail_write{0};  // error number of every pwritev
  std::atomic<uint64_t> write_room{
      UINT64_MAX};  // bytes that pwritev still takes: then short writes, then ENOSPC
  std::atomic<uint64_t> syncs{0};
};

Faults& faults();

}  // namespace freshet
