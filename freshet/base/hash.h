#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"

/// Hashes of bytes. Not for secrets: all can be inverted. Written to files and wires: never change.
namespace freshet {

/// MurmurHash3_x86_32: VW's hash of names (text-formats.md, 3).  Source: Appleby, public domain.
inline uint32_t murmur3_32(std::string_view bytes, uint32_t seed) noexcept {
  const auto* at = reinterpret_cast<const std::byte*>(bytes.data());
  const auto scramble = [](uint32_t k) { return rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  uint32_t h = seed;
  std::size_t left = bytes.size();
  for (; left >= 4; left -= 4, at += 4)
    h = rotl(h ^ scramble(get_u32(at)), 13) * 5 + 0xe6546b64u;
  uint32_t tail = 0;
  for (std::size_t i = left; i-- > 0;)
    tail = tail << 8 | std::to_integer<uint32_t>(at[i]);
  if (left != 0) h ^= scramble(tail);
  h ^= static_cast<uint32_t>(bytes.size());
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

/// VW's H(name, seed): names of digits only are their own number mod 2^32 (the empty name is 0),
/// others Murmur.
uint32_t hash_name(std::string_view name, uint32_t seed) noexcept;

/// 64 bits of any bytes: 8 at a time through mix64, the length last. For dictionaries, ids and
/// streams of draws.
uint64_t hash64(std::span<const std::byte> bytes, uint64_t seed = 0) noexcept;
inline uint64_t hash64(std::string_view text, uint64_t seed = 0) noexcept {
  return hash64(std::as_bytes(std::span(text.data(), text.size())), seed);
}

}  // namespace freshet
