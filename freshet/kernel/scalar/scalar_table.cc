#include "freshet/kernel/lanes.h"
#include "freshet/kernel/table.h"

// The twins without special instructions: what every other level must equal to the bit, and all
// that a microcontroller links.
namespace freshet::kernel {
namespace {

float dot_scalar(const float* a, const float* b, std::size_t n) noexcept {
  float lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; k++)
      lanes[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; i < n; i++, k++)
    lanes[k] += a[i] * b[i];
  return sum_lanes(lanes);
}

void axpy_scalar(float scale, const float* x, float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i++)
    y[i] += x[i] * scale;
}

Scan structural_scan_scalar(const char* text, std::size_t size, ScanBytes bytes,
                            uint32_t* positions) noexcept {
  Scan scan{0, false};
  for (std::size_t i = 0; i < size; i++) {
    const char c = text[i];
    if (c == bytes.a || c == bytes.b || c == bytes.c || c == bytes.d) {
      positions[scan.count++] = static_cast<uint32_t>(i);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      scan.odd = true;
    }
  }
  return scan;
}

}  // namespace

constinit const Table kScalarTable = {Level::scalar, dot_scalar, axpy_scalar,
                                      structural_scan_scalar};

}  // namespace freshet::kernel
