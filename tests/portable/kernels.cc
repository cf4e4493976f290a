#include "freshet/base/bits.h"
#include "freshet/base/crc32c.h"
#include "freshet/kernel/axpy.h"
#include "freshet/kernel/dot.h"
#include "freshet/kernel/gather.h"
#include "freshet/kernel/level.h"
#include "freshet/kernel/structural_scan.h"
#include "tests/portable/parts.h"

namespace freshet {
namespace {

constexpr std::size_t kMost = 200;

struct Sums {
  uint32_t dot = 0, gather = 0, axpy = 0, scan = 0;
};

template <class T>
void add(uint32_t& crc, std::span<const T> values) noexcept {
  crc = crc32c(std::as_bytes(values), crc);
}

Sums sums_at_this_level() noexcept {
  static float a[kMost], b[kMost], y[kMost];
  static uint32_t index[kMost], positions[kMost + kernel::kScanSlack];
  static char text[kMost + kernel::kScanSlack];
  Sums sums;
  for (uint32_t i = 0; i < kMost; i++) {
    a[i] = static_cast<float>(static_cast<int32_t>(mix64(i))) * 0x1p-20f;
    b[i] = 1 / (1 + static_cast<float>(i));
    index[i] = static_cast<uint32_t>(mix64(1000 + i)) % kMost;
    text[i] = "a,b\"c\n1\t"[mix64(2000 + i) % 8];
  }
  for (std::size_t n = 0; n <= kMost; n++) {
    const float dot = kernel::dot({a, n}, {b, n});
    const float gathered = kernel::gather<PlainLoad>(
        {index, n}, {a, n}, [](uint32_t i) -> const float& { return b[i]; });
    for (std::size_t i = 0; i < n; i++)
      y[i] = b[i];
    kernel::axpy(0.1f, {a, n}, {y, n});
    const kernel::Scan scan = kernel::structural_scan({text, n}, {',', '"', '\n', '\n'}, positions);
    add<float>(sums.dot, {&dot, 1});
    add<float>(sums.gather, {&gathered, 1});
    add<float>(sums.axpy, {y, n});
    add<uint32_t>(sums.scan, {positions, scan.count});
    sums.scan += scan.odd ? 1 : 0;
  }
  return sums;
}

}  // namespace

// At the machine's best level, and again without special instructions: both must be what other targets print.
void print_kernels() noexcept {
  for (const kernel::Level level : {kernel::best_level(), kernel::Level::scalar}) {
    if (!kernel::use(level).ok()) continue;
    const Sums sums = sums_at_this_level();
    print_bits("kernel.dot", sums.dot);
    print_bits("kernel.gather", sums.gather);
    print_bits("kernel.axpy", sums.axpy);
    print_bits("kernel.scan", sums.scan);
  }
}

}  // namespace freshet
