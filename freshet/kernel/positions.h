#pragma once
#include <cstddef>
#include <cstdint>

/// Turns 64-bit masks into lists of positions: the second half of structural_scan. Unnamed
/// namespace: see lanes.h.
namespace freshet::kernel {
namespace {

/// Place of the lowest bit; anything for none.
inline uint32_t lowest_bit(uint64_t mask) noexcept {
#if defined(__BMI__)
  return static_cast<uint32_t>(__builtin_ia32_tzcnt_u64(mask));
#else
  return static_cast<uint32_t>(__builtin_ctzll(mask | uint64_t{1} << 63));
#endif
}

/// Writes base + k for every set bit k; returns how many. Overwrites up to 16 behind them.
///
/// Eight without looking, as most blocks of text have no more; then eight more; then one by one.
inline std::size_t write_positions(uint64_t mask, uint32_t base, uint32_t* to) noexcept {
  const auto count = static_cast<std::size_t>(__builtin_popcountll(mask));
  const auto eight = [&](std::size_t from) {
    for (std::size_t k = from; k < from + 8; k++) {
      to[k] = base + lowest_bit(mask);  // of an empty mask: never looked at
      mask &= mask - 1;
    }
  };
  eight(0);
  if (count <= 8) return count;
  eight(8);
  for (std::size_t k = 16; k < count; k++) {
    to[k] = base + static_cast<uint32_t>(__builtin_ctzll(mask));
    mask &= mask - 1;
  }
  return count;
}

/// The bits of a block of `left` bytes that are inside the text.
inline uint64_t inside(std::size_t left) noexcept {
  return left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
}

/// What one block of 64 bytes holds: the four bytes, and bytes below 0x20 of any kind.
struct BlockMasks {
  uint64_t structural, low;
};

/// The scan over blocks; `masks_of(const char*)` reads 64 bytes.
template <class MasksOf>
inline void scan_blocks(const char* text, std::size_t size, uint32_t* positions, std::size_t* count,
                        bool* odd, MasksOf masks_of) noexcept {
  std::size_t found = 0;
  uint64_t strange = 0;
  for (std::size_t i = 0; i < size; i += 64) {
    const BlockMasks masks = masks_of(text + i);
    const uint64_t within = inside(size - i);
    strange |= masks.low & ~masks.structural & within;
    found +=
        write_positions(masks.structural & within, static_cast<uint32_t>(i), positions + found);
  }
  *count = found;
  *odd = strange != 0;
}

}  // namespace
}  // namespace freshet::kernel
