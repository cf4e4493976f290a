#include "freshet/kernel/structural_scan.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {

Scan structural_scan(std::span<const char> text, ScanBytes bytes,
                     std::span<uint32_t> positions) noexcept {
  return table().structural_scan(text.data(), text.size(), bytes, positions.data());
}

Scan token_scan(std::span<const char> text, ScanBytes bytes, std::span<uint32_t> positions,
                Kinds kinds) noexcept {
  return table().token_scan(text.data(), text.size(), bytes, positions.data(), kinds);
}

}  // namespace freshet::kernel
