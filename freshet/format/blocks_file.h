#pragma once
/// What writer and reader of block files share. Written to files: never change or reuse.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace freshet {

inline constexpr std::string_view kBlocksMagic{"\x89\x46\x52\x42\r\n\x1a\n", 8};
inline constexpr std::string_view kBlocksEnd = "FBKE";
inline constexpr uint32_t kBlocksContainer = 1;
/// Magic, u32 container, u32 bytes of keys.
inline constexpr std::size_t kBlocksHeader = 16;
/// kBlocksEnd, u32 blocks, u64 examples, u64 bytes of source, u32 crc32c of the 24 bytes before.
inline constexpr std::size_t kBlocksTrailer = 28;
/// Of blocks and of the trailer.
inline constexpr std::size_t kBlocksAlign = 64;
/// Most bytes of keys.
inline constexpr std::size_t kBlocksMostKeys = 1u << 20;

}  // namespace freshet
