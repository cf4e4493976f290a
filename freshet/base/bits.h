#pragma once
#include <cstdint>
#include <type_traits>

/// Bits of words: casts, mixing functions, powers of two. Some of our compilers lack std::bit_cast,
/// hence our own.
namespace freshet {

/// The same bits as another type of the same size.
template <class To, class From>
  requires(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> &&
           std::is_trivially_copyable_v<From>)
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}

constexpr uint32_t rotl(uint32_t x, int by) noexcept {
  return (x << (by & 31)) | (x >> ((32 - by) & 31));
}
constexpr uint64_t rotl(uint64_t x, int by) noexcept {
  return (x << (by & 63)) | (x >> ((64 - by) & 63));
}

/// A product of two 64-bit words, whole.
struct Wide {
  uint64_t high, low;
};
constexpr Wide multiply_wide(uint64_t a, uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ using Word128 = unsigned __int128;
  const Word128 product = static_cast<Word128>(a) * b;
  return {static_cast<uint64_t>(product >> 64), static_cast<uint64_t>(product)};
#else
  const uint64_t a0 = static_cast<uint32_t>(a), a1 = a >> 32, b0 = static_cast<uint32_t>(b),
                 b1 = b >> 32;
  const uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32),
                 middle = a0 * b1 + static_cast<uint32_t>(cross);
  return {a1 * b1 + (cross >> 32) + (middle >> 32), middle << 32 | static_cast<uint32_t>(low)};
#endif
}

/// SplitMix64's finaliser: a permutation of the 64-bit words in which every input bit moves every
/// output bit. Written to files and wires (shards, digests): never change.  Source: Steele, Lea,
/// Flood, OOPSLA 2014; Stafford.
constexpr uint64_t mix64(uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The feature index of a nominal pair: linear models read (index, category) as value 1 at
/// mix(index, category). Written to files: never change.
constexpr uint32_t mix(uint32_t index, uint32_t category) noexcept {
  return static_cast<uint32_t>(
      mix64((static_cast<uint64_t>(index) << 32 | category) + 0x9e3779b97f4a7c15u));
}

constexpr bool is_power_of_two(uint64_t x) noexcept {
  return x != 0 && (x & (x - 1)) == 0;
}

/// The smallest power of two that isn't below x; 1 for 0.  REQUIRES: it fits.
template <class T>
  requires(std::is_unsigned_v<T>)
constexpr T next_power_of_two(T x) noexcept {
  return x <= 1 ? T{1} : static_cast<T>(uint64_t{1} << (64 - __builtin_clzll(x - 1u)));
}

/// Floor of the logarithm to base 2.  REQUIRES: x > 0.
constexpr uint32_t log2_floor(uint64_t x) noexcept {
  return 63u - static_cast<uint32_t>(__builtin_clzll(x));
}

/// Neither infinite nor NaN. Looks at bits, so no compiler flag can take it away.
constexpr bool is_finite(float x) noexcept {
  return (bit_cast<uint32_t>(x) & 0x7f800000u) != 0x7f800000u;
}
constexpr bool is_finite(double x) noexcept {
  return (bit_cast<uint64_t>(x) & 0x7ff0000000000000u) != 0x7ff0000000000000u;
}

}  // namespace freshet
