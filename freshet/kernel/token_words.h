#pragma once
#include <cstddef>
#include <cstdint>

#include "freshet/kernel/murmur_x8.h"

/// What the vector kernels of names and numbers share.
namespace freshet::kernel {

/// One token at a time: for the few that don't fit, and what the scalar twins do with all. Not
/// inline, nor are any of base/ called in the files of an instruction set: see lanes.h.
uint32_t hash_one(const char* at, uint32_t size, uint32_t seed, bool digits_are_numbers) noexcept;
/// 1 for nothing, NaN for what is no number.
float decimal_one(const char* at, uint32_t size) noexcept;

namespace {

// MurmurHash3_x86_32 of kWidth names of up to 16 bytes at a time. Words: vectors of kWidth 32-bit
// lanes; load_blocks(p, k) gives the names' first four blocks, a vector for each; first_set(mask).
template <class Words>
inline void murmur_lanes(Tokens names, const uint32_t* seeds, bool digits_are_numbers,
                         uint32_t* out) noexcept {
  using Type = typename Words::Type;
  using Signed = typename Words::Signed;  // compared: there are no unsigned compares on x86
  const auto rotl = [](Type x, int by) { return (x << by) | (x >> (32 - by)); };
  const auto all = [](uint32_t x) { return Type{} + x; };
  // A first byte below this plus one is looked at more closely: a digit, or one of few signs.
  const Signed highest = Signed{} + (digits_are_numbers ? '9' : -1);
  for (std::size_t i = 0; i < names.count; i += Words::kWidth) {
    Type block[4];
    Words::load_blocks(names.text, names.begin + i, block);
    const Type size = Words::load(names.size + i);
    const Type tail = (all(1) << ((size & 3) << 3)) - 1;
    const Signed whole = Signed(size >> 2);
    Type h = Words::load(seeds + i);
    const Type odd = Type(Signed(size) > 16) | Type(Signed(block[0] & 0xff) <= highest) |
                     Type((Signed(size) == 0) & (highest > 0));
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
      const Type full = Type(whole > k), part = Type(whole == k);
      Type x = block[k] & (full | (part & tail));
      x = rotl(x * 0xcc9e2d51u, 15) * 0x1b873593u;
      h ^= x;
      const Type turned = rotl(h, 13);
      const Type round = turned + (turned << 2) + 0xe6546b64u;
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
