#include <cstring>

#include "freshet/base/big_integer.h"
#include "freshet/base/chars.h"
#include "freshet/base/decimal_powers.h"

namespace freshet {
namespace {

// digits * 10^exponent.
struct Decimal {
  uint64_t digits;
  int exponent;
};

// significand * 2^exponent, and whether the neighbour below is only half as far away as the one
// above.
struct Binary {
  uint64_t significand;
  int exponent;
  bool lower_is_closer;
};

Binary take_apart(float value) noexcept {
  const uint32_t bits = bit_cast<uint32_t>(value), fraction = bits & 0x7fffff,
                 field = bits >> 23 & 0xff;
  if (field == 0) return {fraction, -149, false};
  return {fraction | 0x800000, static_cast<int>(field) - 150, fraction == 0 && field > 1};
}

Binary take_apart(double value) noexcept {
  const uint64_t bits = bit_cast<uint64_t>(value), fraction = bits & 0xfffffffffffffu,
                 field = bits >> 52 & 0x7ff;
  if (field == 0) return {fraction, -1074, false};
  return {fraction | uint64_t{1} << 52, static_cast<int>(field) - 1075, fraction == 0 && field > 1};
}

// 10^power rounded up to 128 bits.
Wide ceiling_power(int power) noexcept {
  Wide w = power_of_ten(power);
  const bool exact = power >= 0 && power <= 55;
  if (!exact && ++w.low == 0) w.high++;
  return w;
}

// Floor of g * c / 2^128, with the lowest bit set if anything was cut off.
uint64_t round_to_odd(Wide g, uint64_t c) noexcept {
  const uint64_t carry_in = multiply_wide(g.low, c).high;
  Wide y = multiply_wide(g.high, c);
  y.low += carry_in;
  if (y.low < carry_in) y.high++;
  return y.high | (y.low > 1 ? 1 : 0);
}

// The shortest decimal between the middles to both neighbours; of several the nearest.  REQUIRES:
// significand > 0. Source: Giulietti 2021, in the form of Junekey Jeon's and Alexander Bolz's
// implementations.
Decimal shortest(Binary b) noexcept {
  const bool even = b.significand % 2 == 0;
  const int closer = b.lower_is_closer ? 1 : 0;
  const uint64_t c = 4 * b.significand;
  const int k = (b.exponent * 1262611 - (b.lower_is_closer ? 524031 : 0)) >>
                22;  // floor of log10 of the spacing
  const int h = b.exponent + log2_of_power_of_ten(-k) + 1;
  const Wide g = ceiling_power(-k);
  const uint64_t lower =
      round_to_odd(g, (c - 2 + static_cast<uint64_t>(closer)) << h) + (even ? 0 : 1);
  const uint64_t value = round_to_odd(g, c << h);
  const uint64_t upper = round_to_odd(g, (c + 2) << h) - (even ? 0 : 1);
  const uint64_t s = value / 4, tens = s / 10;
  if (s >= 10) {  // one digit less?
    const bool down = lower <= 40 * tens, up = 40 * tens + 40 <= upper;
    if (down != up) return {tens + (up ? 1 : 0), k + 1};
  }
  const bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
  if (down != up) return {s + (up ? 1 : 0), k};
  const uint64_t middle = 4 * s + 2;
  const bool round_up = value > middle || (value == middle && (s & 1) != 0);
  return {s + (round_up ? 1 : 0), k};
}

Decimal without_trailing_zeros(Decimal d) noexcept {
  while (d.digits != 0 && d.digits % 10 == 0) {
    d.digits /= 10;
    d.exponent++;
  }
  return d;
}

char* write_text(char* to, std::string_view text) noexcept {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* fill_zeros(char* to, int count) noexcept {
  for (; count > 0; count--)
    *to++ = '0';
  return to;
}

// d.ddd with the point behind `whole` digits (0 < whole < count).
char* write_with_point(char* to, const char* digits, int count, int whole) noexcept {
  to = write_text(to, {digits, static_cast<std::size_t>(whole)});
  *to++ = '.';
  return write_text(to, {digits + whole, static_cast<std::size_t>(count - whole)});
}

char* write_positional(char* to, const char* digits, int count, int exponent) noexcept {
  if (exponent >= 0)
    return fill_zeros(write_text(to, {digits, static_cast<std::size_t>(count)}), exponent);
  const int whole = count + exponent;
  if (whole > 0) return write_with_point(to, digits, count, whole);
  return write_text(fill_zeros(write_text(to, "0."), -whole),
                    {digits, static_cast<std::size_t>(count)});
}

char* write_scientific(char* to, const char* digits, int count, int exponent) noexcept {
  exponent += count - 1;
  to = count == 1 ? write_text(to, {digits, 1}) : write_with_point(to, digits, count, 1);
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const auto size = static_cast<uint64_t>(exponent < 0 ? -exponent : exponent);
  if (size < 10) *to++ = '0';
  return format_u64(size, to);
}

int positional_length(int count, int exponent) noexcept {
  if (exponent >= 0) return count + exponent;
  return count + exponent > 0 ? count + 1 : 2 - exponent;
}
int scientific_length(int count, int exponent) noexcept {
  const int size = exponent + count - 1;
  return count + (count > 1 ? 1 : 0) + (size > -100 && size < 100 ? 4 : 5);
}

// Signs, zero and what isn't finite; true if nothing is left to write.
template <class T>
bool write_special(T value, char*& to) noexcept {
  if (value != value) {
    to = write_text(to, "nan");
    return true;
  }
  if (bit_cast<uint64_t>(static_cast<double>(value)) >> 63 != 0) *to++ = '-';
  if (!is_finite(value)) {
    to = write_text(to, "inf");
    return true;
  }
  if (value != 0) return false;
  *to++ = '0';
  return true;
}

template <class T>
char* format_shortest(T value, char* to) noexcept {
  if (write_special(value, to)) return to;
  const Decimal d = without_trailing_zeros(shortest(take_apart(value)));
  char digits[kNumberChars];
  const auto count = static_cast<int>(format_u64(d.digits, digits) - digits);
  const bool positional =
      positional_length(count, d.exponent) <= scientific_length(count, d.exponent);
  return positional ? write_positional(to, digits, count, d.exponent)
                    : write_scientific(to, digits, count, d.exponent);
}

// value * 10^power to the nearest integer, ties to even.  REQUIRES: value > 0; the result fits.
uint64_t scaled_integer(double value, int power) noexcept {
  const Binary b = take_apart(value);
  BigInteger twice(b.significand);  // 2 * value * 10^power, cut off: the lowest bit is worth a half
  const int twos = b.exponent + power + 1;
  bool rest = false;
  if (power > 0) twice.multiply_power_of_5(static_cast<uint32_t>(power));
  if (twos > 0) twice.shift_left(static_cast<uint32_t>(twos));
  if (power < 0) rest |= twice.divide_power_of_5(static_cast<uint32_t>(-power));
  if (twos < 0) rest |= twice.shift_right(static_cast<uint32_t>(-twos));
  const uint64_t n = twice.low64();
  const bool half = (n & 1) != 0, odd = (n & 2) != 0;
  return (n >> 1) + (half && (rest || odd) ? 1 : 0);
}

constexpr uint64_t power_of_ten_u64(int power) noexcept {
  uint64_t value = 1;
  for (; power > 0; power--)
    value *= 10;
  return value;
}

// The `count` leading digits of a value, rounded.
Decimal leading_digits(double value, int count) noexcept {
  const Binary b = take_apart(value);
  const int bits = b.exponent + 63 - __builtin_clzll(b.significand);  // floor of log2
  int exponent = ((bits * 78913) >> 18) - count + 1;                  // may be one too small
  uint64_t digits = scaled_integer(value, -exponent);
  if (digits >= power_of_ten_u64(count)) digits = scaled_integer(value, -++exponent);
  return {digits, exponent};
}

}  // namespace

char* format_float(float value, char* to) noexcept {
  return format_shortest(value, to);
}
char* format_double(double value, char* to) noexcept {
  return format_shortest(value, to);
}

char* format_u64(uint64_t value, char* to) noexcept {
  char reversed[20];
  int count = 0;
  do {
    reversed[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0)
    *to++ = reversed[--count];
  return to;
}

char* format_i64(int64_t value, char* to) noexcept {
  if (value < 0) *to++ = '-';
  return format_u64(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value),
                    to);
}

char* format_human(double value, char* to, int digits) noexcept {
  if (write_special(value, to)) return to;
  const int wanted = digits < 1 ? 1 : digits > 17 ? 17 : digits;
  const Decimal full = leading_digits(value < 0 ? -value : value, wanted);
  const Decimal d = without_trailing_zeros(full);
  char text[kNumberChars];
  const auto count = static_cast<int>(format_u64(d.digits, text) - text);
  const int leading = d.exponent + count - 1;  // the first digit's power of ten
  if (leading < -4 || leading >= wanted) return write_scientific(to, text, count, d.exponent);
  return write_positional(to, text, count, d.exponent);
}

char* format_fixed(double value, char* to, int decimals) noexcept {
  const int places = decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
  const double size = value < 0 ? -value : value;
  if (!(size < 1e15)) return format_double(value, to);
  if (bit_cast<uint64_t>(value) >> 63 != 0) *to++ = '-';
  if (places == 0) return format_u64(size == 0 ? 0 : scaled_integer(size, 0), to);
  auto whole = static_cast<uint64_t>(size);
  const double behind = size - static_cast<double>(whole);  // exact
  uint64_t scaled = behind == 0 ? 0 : scaled_integer(behind, places);
  if (scaled == power_of_ten_u64(places)) {
    scaled = 0;
    whole++;
  }
  to = format_u64(whole, to);
  *to++ = '.';
  char text[kNumberChars];
  const auto count = static_cast<int>(format_u64(scaled, text) - text);
  return write_text(fill_zeros(to, places - count), {text, static_cast<std::size_t>(count)});
}

}  // namespace freshet
