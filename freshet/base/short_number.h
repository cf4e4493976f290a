#pragma once
#include <cstdint>
#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"

/// Numbers of known length in text, fast: up to eight characters behind the sign in a few
/// instructions without a loop, all others by base/chars.h. Same bits either way.
namespace freshet {

namespace short_number_detail {

// Eight ASCII digits, the first in the lowest byte, as a number.  Source: Lemire 2021.
constexpr uint32_t eight_digits(uint64_t digits) noexcept {
  digits = digits * 10 + (digits >> 8);
  return static_cast<uint32_t>((((digits & 0x000000ff000000ff) * 0x000f424000000064) +
                                (((digits >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >>
                               32);
}
inline constexpr double kPowers[8] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

}  // namespace short_number_detail

/// D+ [. D*] | . D+ with an optional sign and at most eight characters behind it. False: something
/// else, or too near to the middle of two floats to be sure; ask parse_float32.
/// REQUIRES: 8 readable bytes from `at + size` on.
inline bool parse_short(const char* at, std::size_t size, float* out) noexcept {
  using namespace short_number_detail;
  const bool has_sign = *at == '-' || *at == '+';
  const bool negative = *at == '-';
  at += has_sign;
  size -= has_sign;
  if (size - 1 > 7) return false;  // 0 too
  uint64_t word;
  std::memcpy(&word, at, 8);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  word <<= 64 - 8 * size;  // the number's last character is the highest byte
  const uint64_t dots = word ^ 0x2e2e2e2e2e2e2e2e;
  const uint64_t dot = (dots - 0x0101010101010101) & ~dots & 0x8080808080808080;
  uint32_t decimals = 0;
  std::size_t digits = size;
  if (dot != 0) {
    const auto place = static_cast<uint32_t>(__builtin_ctzll(dot)) & 0x38;  // bits below the dot
    decimals = 7 - place / 8;
    const uint64_t below = word & ((uint64_t{1} << place) - 1);
    word = (decimals == 0 ? 0 : word >> (place + 8) << (place + 8)) | below << 8;
    if (--digits == 0) return false;
  }
  // What is before the first digit reads as '0'.
  const uint64_t values = word - (uint64_t{0x3030303030303030} << (64 - 8 * digits));
  if (((values + 0x7676767676767676) | values) & 0x8080808080808080) return false;
  const double exact = eight_digits(values) / kPowers[decimals];
  if ((bit_cast<uint64_t>(exact) & 0x1fffffff) == 0x10000000) return false;
  const float value = static_cast<float>(exact);
  *out = negative ? -value : value;
  return true;
}

/// The whole of [at, at + size) as a number without sign or dot. REQUIRES: 0 < size <= 8; 8 readable
/// bytes from `at` on. False: not all are digits.
inline bool short_digits(const char* at, std::size_t size, uint32_t* out) noexcept {
  using namespace short_number_detail;
  uint64_t word;
  std::memcpy(&word, at, 8);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  word <<= 64 - 8 * size;
  const uint64_t values = word - (uint64_t{0x3030303030303030} << (64 - 8 * size));
  if (((values + 0x7676767676767676) | values) & 0x8080808080808080) return false;
  *out = eight_digits(values);
  return true;
}

/// The whole of [at, at + size) as a number.  REQUIRES: 8 readable bytes from `at + size` on.
inline Parse parse_cell(const char* at, std::size_t size, float* out) noexcept {
  if (parse_short(at, size, out)) return Parse::ok;
  const ParseResult r = parse_float32(at, at + size, out);
  return r.end == at + size ? r.parse : Parse::none;
}

}  // namespace freshet
