#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/base/hash.h"
#include "freshet/base/short_number.h"
#include "freshet/kernel/murmur_x8.h"

/// One token at a time: what the vector kernels do with the few that don't fit, and the scalar twins
/// with all. Unnamed namespace: see lanes.h.
namespace freshet::kernel {
namespace {

inline uint32_t hash_one(const char* at, uint32_t size, uint32_t seed,
                         bool digits_are_numbers) noexcept {
  const std::string_view name(at, size);
  if (!digits_are_numbers) return murmur3_32(name, seed);
  if (size == 0) return seed;
  if (static_cast<unsigned char>(*at - '0') > 9) return murmur3_32(name, seed);
  uint32_t number = 0;
  if (size <= 8) return short_digits(at, size, &number) ? number + seed : murmur3_32(name, seed);
  return hash_name(name, seed);
}

// 1 for nothing, NaN for what is no number.
inline float decimal_one(const char* at, uint32_t size) noexcept {
  float value = 1;
  if (size != 0 && parse_cell(at, size, &value) != Parse::ok) return __builtin_nanf("");
  return value;
}

// MurmurHash3_x86_32 of kWidth names of up to 16 bytes at a time. Words: vectors of kWidth 32-bit
// lanes; load_blocks(p, k) gives the names' first four blocks, a vector for each; first_set(mask).
template <class Words>
inline void murmur_lanes(Tokens names, const uint32_t* seeds, bool digits_are_numbers,
                         uint32_t* out) noexcept {
  using Type = typename Words::Type;
  const auto rotl = [](Type x, int by) { return (x << by) | (x >> (32 - by)); };
  const auto all = [](uint32_t x) { return Type{} + x; };
  // The first byte is a digit: x - '0' <= 9, or never.
  const uint32_t digits = digits_are_numbers ? 10 : 0;
  for (std::size_t i = 0; i < names.count; i += Words::kWidth) {
    Type block[4];
    Words::load_blocks(names.text, names.begin + i, block);
    const Type size = Words::load(names.size + i);
    const Type whole = size >> 2, tail = (all(1) << ((size & 3) << 3)) - 1;
    Type h = Words::load(seeds + i);
    const Type odd = Type(size > 16) | Type((block[0] & 0xff) - '0' < all(digits)) |
                     Type((size == 0) & Type(all(digits) != 0));
    for (uint32_t k = 0; k < 4; k++) {
      const Type full = Type(whole > k), part = Type(whole == k);
      Type x = block[k] & (full | (part & tail));
      x = rotl(x * 0xcc9e2d51u, 15) * 0x1b873593u;
      h ^= x;
      const Type round = rotl(h, 13) * 5 + 0xe6546b64u;
      h = (round & full) | (h & ~full);
    }
    h ^= size;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    Words::store(h ^ (h >> 16), out + i);
    for (uint32_t lanes = Words::lanes(odd); lanes != 0; lanes &= lanes - 1) {
      const std::size_t k = i + static_cast<uint32_t>(__builtin_ctz(lanes));
      if (k < names.count)
        out[k] = hash_one(names.text + names.begin[k], names.size[k], seeds[k], digits_are_numbers);
    }
  }
}

}  // namespace
}  // namespace freshet::kernel
