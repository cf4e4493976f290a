#pragma once
#include <cstddef>
#include <cstdint>

#include "freshet/base/short_number.h"
#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/murmur_x8.h"

/// What the vector kernels of names and numbers share.
namespace freshet::kernel {

/// One token at a time: for the few that don't fit, and what the scalar twins do with all. Not
/// inline, as nothing may be that several instruction sets compile: see lanes.h.
uint32_t hash_one(const char* at, uint32_t size, uint32_t seed, bool digits_are_numbers) noexcept;
/// 1 for nothing, NaN for what is no number.
float decimal_one(const char* at, uint32_t size) noexcept;

namespace {

// The lanes that the others leave out, one by one.
inline void hash_lanes(Tokens names, std::size_t i, uint32_t lanes, const uint32_t* seeds,
                       bool digits_are_numbers, uint32_t* out) noexcept {
  for (; lanes != 0; lanes &= lanes - 1) {
    const std::size_t k = i + static_cast<uint32_t>(__builtin_ctz(lanes));
    if (k >= names.count) return;
    const char* at = names.text + names.begin[k];
    uint32_t number = 0;
    out[k] = digits_are_numbers && names.size[k] - 1 < 8 && short_digits(at, names.size[k], &number)
                 ? number + seeds[k]
                 : hash_one(at, names.size[k], seeds[k], digits_are_numbers);
  }
}

// Those of the numbers from `i` on that `left` has a bit for. Answers which of them are 0, a bit for each.
inline uint32_t decimals_one_by_one(Tokens numbers, std::size_t i, uint32_t left, float* out,
                                    std::size_t* bad) noexcept {
  uint32_t zeros = 0;
  for (; left != 0; left &= left - 1) {
    const auto lane = static_cast<uint32_t>(__builtin_ctz(left));
    const std::size_t k = i + lane;
    if (k >= numbers.count) break;
    const char* from = numbers.text + numbers.begin[k];
    if (numbers.size[k] < 8 || !parse_scientific(from, numbers.size[k], &out[k]))
      out[k] = decimal_one(from, numbers.size[k]);
    *bad += out[k] != out[k];
    zeros |= static_cast<uint32_t>(out[k] == 0) << lane;
  }
  return zeros;
}

// Numbers in groups of eight. fast(i, out, zeros): those from `i` on; it answers which are left for slow(i, left, bad), a bit
// for each, and both tell which are 0 likewise.
template <class Fast, class Slow>
inline Decimals decimals_by_eight(Tokens numbers, float* out, Fast&& fast, Slow&& slow) noexcept {
  std::size_t bad = 0;
  uint32_t zeros = 0;
  for (std::size_t i = 0; i < numbers.count; i += 8) {
    uint32_t found = 0;
    const uint32_t left = fast(i, out + i, &found);
    if (left != 0) [[unlikely]]
      found |= slow(i, left, &bad);
    const std::size_t some = numbers.count - i;
    zeros |= some < 8 ? found & ((1u << some) - 1) : found;
  }
  return {bad, zeros != 0};
}

// MurmurHash3_x86_32 of kWidth names of up to 16 bytes at a time. Words: vectors of kWidth 32-bit
// lanes. load_blocks(text, begin, block): the names' first four blocks, a vector for each; lanes(mask):
// a bit for each lane; numbers(text, begin, size, out): names that are all digits, or false.
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
    const uint32_t left_out = Words::lanes(odd);
    if (left_out == (1u << Words::kWidth) - 1) {  // numbers all of them
      Type number;
      if (digits_are_numbers &&
          Words::numbers(names.text, names.begin + i, names.size + i, &number))
        Words::store(number + h, out + i);
      else
        hash_lanes(names, i, left_out, seeds, digits_are_numbers, out);
      continue;
    }
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
    if (left_out != 0) hash_lanes(names, i, left_out, seeds, digits_are_numbers, out);
  }
}

}  // namespace
}  // namespace freshet::kernel
