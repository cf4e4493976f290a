#include "freshet/base/hash.h"

namespace freshet {

uint32_t hash_name(std::string_view name, uint32_t seed) noexcept {
  uint32_t number = 0;
  for (const char c : name) {
    const auto digit = static_cast<uint32_t>(static_cast<unsigned char>(c)) - '0';
    if (digit > 9) return murmur3_32(name, seed);
    number = number * 10 + digit;
  }
  return number + seed;
}

uint64_t hash64(std::span<const std::byte> bytes, uint64_t seed) noexcept {
  constexpr uint64_t kStep =
      0x9e3779b97f4a7c15u;  // so that a zero word isn't a fixed point of mix64
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  uint64_t h = seed + kStep;
  for (; left >= 8; left -= 8, at += 8)
    h = mix64(h ^ get_u64(at)) + kStep;
  uint64_t tail = 0;
  for (std::size_t i = left; i-- > 0;)
    tail = tail << 8 | std::to_integer<uint64_t>(at[i]);
  if (left != 0) h = mix64(h ^ tail) + kStep;
  return mix64(h ^ bytes.size());
}

}  // namespace freshet
