#pragma once
#include <cstdint>

#include "freshet/base/chars.h"

/// Numbers of known length in text, fast: up to eight characters behind the sign, and what %e writes,
/// in a few instructions without a loop; all others by base/chars.h. Same bits either way.
///
/// Always inline: files compiled for one instruction set use them, and no copy made there may become
/// everybody's (kernel/lanes.h).
namespace freshet {

namespace short_number_detail {

// Eight ASCII digits, the first in the lowest byte, as a number.  Source: Lemire 2021.
[[gnu::always_inline]] constexpr uint32_t eight_digits(uint64_t digits) noexcept {
  digits = digits * 10 + (digits >> 8);
  return static_cast<uint32_t>((((digits & 0x000000ff000000ff) * 0x000f424000000064) +
                                (((digits >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >>
                               32);
}
inline constexpr double kPowers[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
// Between two floats, as near to the middle as a double can tell.
[[gnu::always_inline]] inline bool is_halfway(double exact) noexcept {
  return (__builtin_bit_cast(uint64_t, exact) & 0x1fffffff) == 0x10000000;
}

}  // namespace short_number_detail

/// D+ [. D*] | . D+ with an optional sign and at most eight characters behind it. False: something
/// else, or too near to the middle of two floats to be sure; ask parse_float32.
/// REQUIRES: 8 readable bytes from `at + size` on.
[[gnu::always_inline]] inline bool parse_short(const char* at, std::size_t size,
                                               float* out) noexcept {
  using namespace short_number_detail;
  const bool has_sign = *at == '-' || *at == '+';
  const bool negative = *at == '-';
  at += has_sign;
  size -= has_sign;
  if (size - 1 > 7) return false;  // 0 too
  uint64_t word;
  __builtin_memcpy(&word, at, 8);
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
  if (is_halfway(exact)) return false;
  const float value = static_cast<float>(exact);
  *out = negative ? -value : value;
  return true;
}

/// The whole of [at, at + size) as a number without sign or dot. REQUIRES: 0 < size <= 8; 8 readable
/// bytes from `at` on. False: not all are digits.
[[gnu::always_inline]] inline bool short_digits(const char* at, std::size_t size,
                                                uint32_t* out) noexcept {
  using namespace short_number_detail;
  uint64_t word;
  __builtin_memcpy(&word, at, 8);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  word <<= 64 - 8 * size;
  const uint64_t values = word - (uint64_t{0x3030303030303030} << (64 - 8 * size));
  if (((values + 0x7676767676767676) | values) & 0x8080808080808080) return false;
  *out = eight_digits(values);
  return true;
}

/// What printf's %.1e to %.7e write: D . D{1,7} e [+-] D D, with an optional sign. False: something
/// else, or too near to the middle of two floats; ask parse_float32.
/// REQUIRES: 8 readable bytes from `at + size` on.
[[gnu::always_inline]] inline bool parse_scientific(const char* at, std::size_t size,
                                                    float* out) noexcept {
  using namespace short_number_detail;
  const bool has_sign = *at == '-' || *at == '+';
  const bool negative = *at == '-';
  at += has_sign;
  size -= has_sign;
  if (size - 7 > 6 || at[1] != '.' || (at[size - 4] | 0x20) != 'e') return false;
  const std::size_t decimals = size - 6;  // 1 .. 7
  uint64_t word;
  __builtin_memcpy(&word, at + 1, 8);
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  word = (word & ~uint64_t{0xff}) | static_cast<unsigned char>(*at);
  word <<= 8 * (7 - decimals);  // the last decimal is the highest byte
  const uint64_t values = word - (uint64_t{0x3030303030303030} << 8 * (7 - decimals));
  if (((values + 0x7676767676767676) | values) & 0x8080808080808080) return false;
  const auto tens = static_cast<uint32_t>(static_cast<unsigned char>(at[size - 2])) - '0';
  const auto ones = static_cast<uint32_t>(static_cast<unsigned char>(at[size - 1])) - '0';
  const char sign = at[size - 3];
  if (tens > 9 || ones > 9 || (sign != '-' && sign != '+')) return false;
  const auto exponent = static_cast<int>(10 * tens + ones);
  const int power = (sign == '-' ? -exponent : exponent) - static_cast<int>(decimals);
  if (power < -22 || power > 22) return false;
  const double digits = eight_digits(values);
  const double exact = power < 0 ? digits / kPowers[-power] : digits * kPowers[power];
  if (is_halfway(exact)) return false;
  const float value = static_cast<float>(exact);
  *out = negative ? -value : value;
  return true;
}

/// The whole of [at, at + size) as a number.  REQUIRES: 8 readable bytes from `at + size` on.
inline Parse parse_cell(const char* at, std::size_t size, float* out) noexcept {
  if (parse_short(at, size, out)) return Parse::ok;
  if (size > 7 && parse_scientific(at, size, out)) return Parse::ok;
  const ParseResult r = parse_float32(at, at + size, out);
  return r.end == at + size ? r.parse : Parse::none;
}

}  // namespace freshet
