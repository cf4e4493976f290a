#pragma once
#include <cstddef>
#include <cstdint>

/// Hashes of many names at once: VW's H (base/hash.h), eight names at a time.
namespace freshet::kernel {

/// Parts of one text: token i is [begin[i], begin[i] + size[i]). REQUIRES: room for `kTokenSlack`
/// more of each behind the last, to be read (and, for results, written) with anything there, and as
/// many readable bytes behind each token.
struct Tokens {
  const char* text;
  const uint32_t *begin, *size;
  std::size_t count;
};
inline constexpr std::size_t kTokenSlack = 16;

/// out[i] = H(name i, seed[i]): with `digits_are_numbers` names of digits only are their own number
/// plus the seed, mod 2^32, and the empty name is the seed; else all are MurmurHash3_x86_32.
///
/// Names of up to 16 bytes that don't begin with a digit are hashed eight or sixteen at a time, without a
/// branch; the others one by one.
void murmur_x8(Tokens names, const uint32_t* seed, bool digits_are_numbers, uint32_t* out) noexcept;

}  // namespace freshet::kernel
