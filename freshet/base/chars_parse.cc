#include "freshet/base/big_integer.h"
#include "freshet/base/chars.h"
#include "freshet/base/coding.h"
#include "freshet/base/decimal_powers.h"

namespace freshet {
namespace {

constexpr std::ptrdiff_t kLongestNumber = 1000;
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr uint32_t digit_of(char c) noexcept {
  return static_cast<uint32_t>(static_cast<unsigned char>(c)) - '0';
}
constexpr bool is_digit(char c) noexcept {
  return digit_of(c) <= 9;
}

// What the grammar found: mantissa * 10^exponent, or a little more if digits were cut off.
struct Decimal {
  const char *digits, *digits_end;  // from the first digit that isn't 0 to the last of all, maybe
                                    // with a dot in between
  const char* end;
  uint64_t mantissa;       // the first 19 digits
  int64_t exponent;        // of the mantissa
  int64_t whole_exponent;  // of all digits read as one integer
  bool negative, cut, found;
};

// The exponent behind the digits, if a whole one is there. Beyond +-100,000 it stays there: 1,000
// digits can't make good for it.
const char* read_exponent(const char* at, const char* end, int64_t* exponent) noexcept {
  if (at == end || (*at | 0x20) != 'e') return at;
  const char* p = at + 1;
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) p++;
  if (p == end || !is_digit(*p)) return at;
  int64_t value = 0;
  for (; p != end && is_digit(*p); p++) {
    if (value < 100000) value = value * 10 + digit_of(*p);
  }
  *exponent = negative ? -value : value;
  return p;
}

// Eight digits at once (Lemire 2021): is it eight, and their value.  low: the first digit is in the lowest byte.
bool all_digits(uint64_t low) noexcept {
  return ((low & 0xf0f0f0f0f0f0f0f0u) | ((low + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u) >> 4) ==
         0x3333333333333333u;
}
uint32_t value_of_eight(uint64_t low) noexcept {
  low -= 0x3030303030303030u;
  low = low * 10 + (low >> 8);
  return static_cast<uint32_t>(((low & 0x000000ff000000ffu) * 0x000f424000000064u +
                                (low >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u) >>
                               32);
}

// Adds digits to the mantissa, eight by eight, while there are as many.
const char* read_eights(const char* at, const char* end, uint64_t* mantissa) noexcept {
  for (; end - at >= 8; at += 8) {
    const uint64_t eight = get_u64(reinterpret_cast<const std::byte*>(at));
    if (!all_digits(eight)) break;
    *mantissa = *mantissa * 100000000 + value_of_eight(eight);
  }
  return at;
}

Decimal read_decimal(const char* begin, const char* end) noexcept {
  Decimal d{};
  d.end = begin;
  if (end - begin > kLongestNumber + 1)
    end = begin + kLongestNumber + 1;  // one more: to see that it is too long
  const char* p = begin;
  if (p != end && (*p == '-' || *p == '+')) d.negative = *p++ == '-';

  const char* first = p;
  uint64_t mantissa = 0;  // overflows beyond 19 digits; then it is read again
  for (; p != end && is_digit(*p); p++)
    mantissa = mantissa * 10 + digit_of(*p);  // mostly few
  std::ptrdiff_t count = p - first, behind_dot = 0;
  if (p != end && *p == '.') {
    const char* dot = p++;
    if (end - p > 12) p = read_eights(p, end, &mantissa);  // for fewer it doesn't pay
    for (; p != end && is_digit(*p); p++)
      mantissa = mantissa * 10 + digit_of(*p);
    behind_dot = p - dot - 1;
    count += behind_dot;
  }
  if (count == 0) return d;

  d.digits_end = p;
  int64_t exponent = 0;
  p = read_exponent(p, end, &exponent);
  if (p - begin > kLongestNumber) return d;
  d.found = true;
  d.end = p;
  d.mantissa = mantissa;
  d.exponent = d.whole_exponent = exponent - behind_dot;
  d.digits = first;
  if (count <= 19) return d;

  // Many digits: without leading zeros there may be 19 or fewer; else keep the first 19.
  while (*d.digits == '0' || *d.digits == '.') {
    if (*d.digits == '0') count--;
    d.digits++;
    if (d.digits == d.digits_end) {
      d.mantissa = 0;
      return d;
    }
  }
  if (count <= 19) return d;
  d.cut = true;
  d.exponent += count - 19;
  d.mantissa = 0;
  int kept = 0;
  for (const char* q = d.digits; kept < 19; q++) {
    if (*q == '.') continue;
    d.mantissa = d.mantissa * 10 + digit_of(*q);
    kept++;
  }
  return d;
}

// What differs between float and double.
struct Format {
  int mantissa_bits;  // without the hidden one
  int lowest_exponent, infinite;
  int lowest_even, highest_even;    // powers of ten where an exact tie is possible
  int lowest_power, highest_power;  // below: 0; above: infinite
};
constexpr Format kFloat{23, -127, 0xff, -17, 10, -65, 38};
constexpr Format kDouble{52, -1023, 0x7ff, -4, 23, -342, 308};

// The table of Eisel and Lemire has reciprocals up to 5^27 rounded up.
Wide multiplier(int power) noexcept {
  Wide w = power_of_ten(power);
  if (power < 0 && power >= -27 && ++w.low == 0) w.high++;
  return w;
}

// The bits of the float or double nearest to mantissa * 10^power; those of infinity if it is too
// large. Source: Lemire 2021, algorithm 1; Mushtak and Lemire 2023 show that no other case remains.
uint64_t nearest_bits(uint64_t mantissa, int64_t power, const Format& format) noexcept {
  const uint64_t infinity = static_cast<uint64_t>(format.infinite) << format.mantissa_bits;
  if (mantissa == 0 || power < format.lowest_power) return 0;
  if (power > format.highest_power) return infinity;
  const int q = static_cast<int>(power), empty = __builtin_clzll(mantissa),
            kept = format.mantissa_bits + 3;
  const uint64_t w = mantissa << empty;
  const Wide ten = multiplier(q);
  Wide product = multiply_wide(w, ten.high);
  if (const uint64_t mask = ~uint64_t{0} >> kept; (product.high & mask) == mask) {
    const uint64_t more = multiply_wide(w, ten.low).high;
    product.low += more;
    if (product.low < more) product.high++;
  }
  const int upper = static_cast<int>(product.high >> 63), shift = upper + 64 - kept;
  uint64_t m = product.high >> shift;
  int exponent = log2_of_power_of_ten(q) + 63 + upper - empty - format.lowest_exponent;
  if (exponent <= 0) {  // subnormal
    if (exponent <= -63) return 0;
    m >>= 1 - exponent;
    m += m & 1;
    return m >> 1;  // a carry into the hidden bit is exponent 1, as it should be
  }
  const bool may_tie =
      product.low <= 1 && q >= format.lowest_even && q <= format.highest_even && (m & 3) == 1;
  if (may_tie && m << shift == product.high) m &= ~uint64_t{1};
  m += m & 1;
  m >>= 1;
  if (m >= uint64_t{2} << format.mantissa_bits) {
    m >>= 1;
    exponent++;
  }
  if (exponent >= format.infinite) return infinity;
  return (m & ~(uint64_t{1} << format.mantissa_bits)) | static_cast<uint64_t>(exponent)
                                                            << format.mantissa_bits;
}

// Whether the decimal, all digits of it, is below (-1), at (0) or above (1) the middle between
// `bits` and bits + 1.
int compare_to_middle(const Decimal& d, uint64_t bits, const Format& format) noexcept {
  BigInteger decimal;
  for (const char* p = d.digits; p != d.digits_end; p++) {
    if (*p != '.') decimal.multiply_add(10, digit_of(*p));
  }
  const uint64_t hidden = uint64_t{1} << format.mantissa_bits, fraction = bits & (hidden - 1);
  const int field = static_cast<int>(bits >> format.mantissa_bits);
  BigInteger middle(((field == 0 ? fraction : fraction | hidden) << 1) + 1);
  int64_t twos = (field == 0 ? 1 : field) + format.lowest_exponent - format.mantissa_bits -
                 1;  // of the middle
  const int64_t tens = d.whole_exponent;
  if (tens >= 0) {
    decimal.multiply_power_of_5(static_cast<uint32_t>(tens));
  } else {
    middle.multiply_power_of_5(static_cast<uint32_t>(-tens));
  }
  twos -= tens;  // decimal * 2^tens against middle * 2^twos
  if (twos >= 0) {
    middle.shift_left(static_cast<uint32_t>(twos));
  } else {
    decimal.shift_left(static_cast<uint32_t>(-twos));
  }
  return decimal.compare(middle);
}

uint64_t exact_bits(const Decimal& d, const Format& format) noexcept {
  const uint64_t below = nearest_bits(d.mantissa, d.exponent, format);
  if (!d.cut) return below;
  const uint64_t above = nearest_bits(d.mantissa + 1, d.exponent, format);
  if (above == below) return below;
  const int side = compare_to_middle(d, below, format);
  return side > 0 || (side == 0 && (below & 1) != 0) ? above : below;
}

// mantissa * 10^exponent by one exact operation on exact doubles: correctly rounded (Clinger).
bool is_simple(const Decimal& d) noexcept {
  return !d.cut && d.mantissa <= uint64_t{1} << 53 && d.exponent >= -22 && d.exponent <= 22;
}
double simple_double(const Decimal& d) noexcept {
  const auto m = static_cast<double>(d.mantissa);
  return d.exponent < 0 ? m / kPowersOfTen[-d.exponent] : m * kPowersOfTen[d.exponent];
}

}  // namespace

ParseResult parse_float32(const char* begin, const char* end, float* out) noexcept {
  const Decimal d = read_decimal(begin, end);
  if (!d.found) return {begin, Parse::none};
  if (is_simple(d)) {
    // Rounding a second time, to float, is right unless the double looks like a tie or the float is
    // subnormal.
    const double x = simple_double(d);
    const bool looks_tied = (bit_cast<uint64_t>(x) & 0x1fffffff) == 0x10000000;
    if (!looks_tied && x >= 0x1p-126 && x < 0x1p127) {
      *out = static_cast<float>(d.negative ? -x : x);
      return {d.end, Parse::ok};
    }
  }
  const auto bits = static_cast<uint32_t>(exact_bits(d, kFloat));
  if (bits == 0x7f800000) return {d.end, Parse::range};
  *out = bit_cast<float>(bits | (d.negative ? 0x80000000u : 0));
  return {d.end, Parse::ok};
}

ParseResult parse_double(const char* begin, const char* end, double* out) noexcept {
  const Decimal d = read_decimal(begin, end);
  if (!d.found) return {begin, Parse::none};
  if (is_simple(d)) {
    *out = d.negative ? -simple_double(d) : simple_double(d);
    return {d.end, Parse::ok};
  }
  const uint64_t bits = exact_bits(d, kDouble);
  if (bits == uint64_t{0x7ff} << 52) return {d.end, Parse::range};
  *out = bit_cast<double>(bits | static_cast<uint64_t>(d.negative) << 63);
  return {d.end, Parse::ok};
}

ParseResult parse_u64(const char* begin, const char* end, uint64_t* out) noexcept {
  const char* p = begin;
  uint64_t value = 0;
  bool fits = true;
  for (; p != end && is_digit(*p); p++) {
    const uint64_t digit = digit_of(*p);
    fits = fits && value <= (UINT64_MAX - digit) / 10;
    value = value * 10 + digit;
  }
  if (p == begin || p - begin > kLongestNumber) return {begin, Parse::none};
  if (!fits) return {p, Parse::range};
  *out = value;
  return {p, Parse::ok};
}

ParseResult parse_i64(const char* begin, const char* end, int64_t* out) noexcept {
  const bool negative = begin != end && *begin == '-';
  const char* digits = begin != end && (*begin == '-' || *begin == '+') ? begin + 1 : begin;
  uint64_t size = 0;
  const ParseResult read = parse_u64(digits, end, &size);
  if (read.parse == Parse::none) return {begin, Parse::none};
  const uint64_t largest = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (!read.ok() || size > largest) return {read.end, Parse::range};
  *out = static_cast<int64_t>(negative ? 0 - size : size);
  return {read.end, Parse::ok};
}

}  // namespace freshet
