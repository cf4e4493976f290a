#pragma once
/// Sizes, tags and places of the model file that its writer and its reader share.
/// docs/model-format.md is the contract.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/core/model_file.h"

namespace freshet::layout {

inline constexpr uint16_t kContainer = 1;
inline constexpr std::size_t kPreamble = 32, kHeader = 32, kAlign = 64, kMaxRank = 8;
inline constexpr std::array<uint8_t, 8> kMagic{0x89, 'F', 'R', 'S', 'H', 0x0d, 0x0a, 0x1a};
inline std::span<const std::byte> magic() noexcept {
  return std::as_bytes(std::span(kMagic));
}

// Written to files: never change or reuse.
inline constexpr ChunkTag kHead{{'H', 'E', 'A', 'D'}}, kSchema{{'S', 'C', 'H', 'M'}},
    kTensor{{'T', 'E', 'N', 'S'}}, kEnd{{'E', 'N', 'D', ' '}};

constexpr std::size_t round_up(std::size_t x, std::size_t to) noexcept {
  return (x + to - 1) / to * to;
}
/// Where the header behind `end` bytes stands: 32 mod 64, so that its payload stands at a multiple
/// of 64.
constexpr std::size_t header_place(std::size_t end) noexcept {
  return round_up(end + kHeader, kAlign) - kHeader;
}

}  // namespace freshet::layout
