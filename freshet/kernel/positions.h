#pragma once
#include <cstddef>
#include <cstdint>

#include "freshet/kernel/structural_scan.h"

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
/// Twelve without looking, as most blocks of text have no more, and a branch that depends on the text
/// costs more than what is written in vain; then one by one.
inline std::size_t write_positions(uint64_t mask, uint32_t base, uint32_t* to) noexcept {
  const auto count = static_cast<std::size_t>(__builtin_popcountll(mask));
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 12
#endif
  for (std::size_t k = 0; k < 12; k++) {
    to[k] = base + lowest_bit(mask);  // of an empty mask: never looked at
    mask &= mask - 1;
  }
  for (std::size_t k = 12; k < count; k++) {
    to[k] = base + lowest_bit(mask);
    mask &= mask - 1;
  }
  return count;
}

/// Appends bits to a string of bits that holds `at` already; what is behind them is overwritten.
inline void append_bits(uint64_t bits, std::size_t at, uint64_t* to) noexcept {
  const std::size_t word = at >> 6, shift = at & 63;
  // Below the first appended bit the word is kept.
  to[word] = (to[word] & ((uint64_t{1} << shift) - 1)) | bits << shift;
  to[word + 1] = bits >> 1 >> (63 - shift);
}

/// The kinds of positions found already: what levels without a bit-gathering instruction do.
inline void mark_kinds(const char* text, ScanBytes bytes, const uint32_t* positions,
                       std::size_t count, Kinds kinds) noexcept {
  for (std::size_t i = 0; i < count; i += 64) {
    uint64_t second = 0, stops = 0;
    const std::size_t n = count - i < 64 ? count - i : 64;
    for (std::size_t k = 0; k < n; k++) {
      const char c = text[positions[i + k]];
      second |= static_cast<uint64_t>(c == bytes.b) << k;
      stops |= static_cast<uint64_t>((c == bytes.c) | (c == bytes.d)) << k;
    }
    kinds.second[i >> 6] = second;
    kinds.stops[i >> 6] = stops;
  }
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
