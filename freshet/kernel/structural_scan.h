#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace freshet::kernel {

/// The four bytes that structure a text; say one twice where three are enough. CSV: separator,
/// quote, LF, CR; VW text: blank, ':', '|', LF.
struct ScanBytes {
  char a, b, c, d;
};

struct Scan {
  std::size_t count;  // positions written
  bool odd;           // some byte below 0x20 is none of the four: a control byte, a tab, a CR
};

/// Room that structural_scan needs behind the last position, and readable bytes it needs behind the
/// text.
inline constexpr std::size_t kScanSlack = 64;

/// Finds every byte of `text` that is one of the four: their positions in ascending order.
///
/// positions: room for as many as there may be (text.size()) + kScanSlack; what is behind `count`
/// is overwritten with anything.  REQUIRES: kScanSlack readable bytes behind the text; text.size()
/// < 2^32 - 64.
Scan structural_scan(std::span<const char> text, ScanBytes bytes,
                     std::span<uint32_t> positions) noexcept;

/// The same, and of what kind each is, a bit for each position: bit i & 63 of word i >> 6 of `second`
/// is set where position i is byte b, of `stops` where it is c or d.
///
/// second, stops: room for a bit for each position there may be, and two words more; bits behind the
/// last position are anything. Else as structural_scan.
struct Kinds {
  uint64_t *second, *stops;
};
Scan token_scan(std::span<const char> text, ScanBytes bytes, std::span<uint32_t> positions,
                Kinds kinds) noexcept;

}  // namespace freshet::kernel
