#include "freshet/base/math.h"

#include "freshet/base/math_tables.h"

namespace freshet {
namespace {

constexpr double kInfinity = __builtin_inf();
constexpr double kNan = __builtin_nan("");
constexpr uint64_t kSign = uint64_t{1} << 63;

constexpr bool is_nan(double x) noexcept {
  return x != x;
}
constexpr bool is_negative(double x) noexcept {
  return (bit_cast<uint64_t>(x) & kSign) != 0;
}
constexpr double with_sign(double magnitude, bool negative) noexcept {
  return negative ? -magnitude : magnitude;
}

// An unevaluated sum: high is the double nearest to it, or nearly so.
struct Pair {
  double high, low;
};

// REQUIRES: |a| >= |b|, or a = 0.
Pair fast_sum(double a, double b) noexcept {
  const double high = a + b;
  return {high, (a - high) + b};
}

// a * b exactly, by Veltkamp's split.  REQUIRES: |a|, |b| < 2^995; no underflow.
Pair product(double a, double b) noexcept {
  constexpr double kSplit = 0x1p27 + 1;
  const double ta = a * kSplit, a1 = ta - (ta - a), a2 = a - a1;
  const double tb = b * kSplit, b1 = tb - (tb - b), b2 = b - b1;
  const double high = a * b;
  return {high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2};
}

// x = k ln2/128 + r; exp(x) = 2^(k/128) exp(r) = 2^(k div 128) scale (1 + part).
struct ExpParts {
  int64_t k;     // k div 128
  double scale;  // 2^((k mod 128)/128), in [1, 2)
  double part;   // |part| < 0.0028
};

// exp(x + tail).  REQUIRES: |x| < 2^11, |tail| tiny beside x.
ExpParts split_exp(double x, double tail) noexcept {
  constexpr double kShift = 0x1.8p52;  // adding it rounds to an integer, kept in the low bits
  const double shifted = x * k128ByLn2 + kShift;
  const double kd = shifted - kShift;
  const auto k = static_cast<int64_t>(bit_cast<uint64_t>(shifted) - bit_cast<uint64_t>(kShift));
  const double r = ((x - kd * kLn2By128High) - kd * kLn2By128Low) + tail;
  const ExpEntry& entry = kExpTable[static_cast<uint64_t>(k) & 127];
  const double r2 = r * r;
  // The series of exp(r) - 1; the first term left out, r^6/720, is below 6e-19.
  const double part =
      entry.tail + r + r2 * (1 / 2.0 + r * (1 / 6.0)) + r2 * r2 * (1 / 24.0 + r * (1 / 120.0));
  return {k >> 7, entry.scale, part};
}

double power_of_two(int64_t k) noexcept {
  return bit_cast<double>(static_cast<uint64_t>(k + 1023) << 52);
}

// 2^k (scale + scale part), for any k: rounded once, also where the result is subnormal or
// infinite.
double join_exp(const ExpParts& e) noexcept {
  if (e.k >= -1021 && e.k <= 1022) {
    const double scale = e.scale * power_of_two(e.k);
    return scale + scale * e.part;
  }
  if (e.k > 1024) return kInfinity;
  if (e.k > 1022) return (e.scale + e.scale * e.part) * 0x1p1022 * power_of_two(e.k - 1022);
  if (e.k < -1080) return 0;
  const double scale = e.scale * power_of_two(e.k + 1022);
  const double y = scale + scale * e.part;
  if (y >= 1) return y * 0x1p-1022;
  // Subnormal: 1 + y has its last bit where the result has it, so that rounding happens there,
  // once.
  const double y_low = (scale - y) + scale * e.part;
  const Pair sum = fast_sum(1, y);
  return ((sum.high + (sum.low + y_low)) - 1) * 0x1p-1022;
}

// exp(x) - 1 for |x| < 1/4. First term left out: below 2^-57 of the result.
double expm1_near_zero(double x) noexcept {
  constexpr double kFactorials[] = {1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0,
                                    1 / 40320.0,     1 / 5040.0,     1 / 720.0,     1 / 120.0,
                                    1 / 24.0,        1 / 6.0};
  double q = 0;
  for (const double c : kFactorials)
    q = q * x + c;
  return x + (x * x * 0.5 + x * x * x * q);
}

// log(x) to about 68 bits.  REQUIRES: x is positive and finite.
Pair log_pair(double x) noexcept {
  uint64_t bits = bit_cast<uint64_t>(x);
  int64_t exponent = 0;
  if (bits < uint64_t{1} << 52) {  // subnormal
    bits = bit_cast<uint64_t>(x * 0x1p52);
    exponent = -52;
  }
  const uint64_t above = bits - kLogFrom;
  const int64_t k = static_cast<int64_t>(above) >> 52;
  const double z = bit_cast<double>(bits - (static_cast<uint64_t>(k) << 52));
  const LogEntry& entry = kLogTable[above >> 45 & 127];
  const auto kd = static_cast<double>(k + exponent);

  // r = (z - c)/c = r1 + r2. r1 has 26 bits, so r1 c, r1 r1 and z - c - r1 c are exact.
  const double distance = z - entry.c;
  const double r1 =
      bit_cast<double>(bit_cast<uint64_t>(distance * entry.inverse) & ~uint64_t{0x7ffffff});
  const double r2 = (distance - r1 * entry.c) * entry.inverse;
  const double r = r1 + r2;

  // log(1 + r) = r - r^2/2 + r^3 p; the first term left out, r^9/9, is below 2^-75.
  const double p =
      1 / 3.0 - r * (1 / 4.0 - r * (1 / 5.0 - r * (1 / 6.0 - r * (1 / 7.0 - r * (1 / 8.0)))));
  const Pair a = fast_sum(kd * kLn2High + entry.log_high, r1);
  const Pair b = fast_sum(a.high, r1 * r1 * -0.5);
  const double rest = r2 - r2 * 0.5 * (r1 + r) + r * r * r * p;
  return fast_sum(b.high, a.low + b.low + (kd * kLn2Low + entry.log_low) + rest);
}

enum class Parity : uint8_t { none, even, odd };  // none: not an integer

Parity parity(double y) noexcept {
  const double size = math_abs(y);
  if (size >= 0x1p53) return Parity::even;
  const auto whole = static_cast<int64_t>(size);
  if (static_cast<double>(whole) != size) return Parity::none;
  return (whole & 1) != 0 ? Parity::odd : Parity::even;
}

// |x|^y.  REQUIRES: x is not zero, infinite or NaN; y is finite.
double pow_magnitude(double x, double y) noexcept {
  if (math_abs(y) < 0x1p-65) return 1;
  const Pair log = log_pair(math_abs(x));
  if (math_abs(y) > 0x1p65) {
    if (log.high == 0) return 1;
    return (log.high > 0) == (y > 0) ? kInfinity : 0;
  }
  const Pair t = product(y, log.high);
  if (t.high > 1024) return kInfinity;
  if (t.high < -1100) return 0;
  return join_exp(split_exp(t.high, t.low + y * log.low));
}

// sin(a + tail) and cos(a + tail) for |a| <= pi/4. First terms left out: below 2^-59 of the result.
double sin_near_zero(double a, double tail) noexcept {
  const double s = a * a;
  const double p =
      -1 / 6.0 +
      s * (1 / 120.0 +
           s * (-1 / 5040.0 + s * (1 / 362880.0 + s * (-1 / 39916800.0 +
                                                       s * (1 / 6227020800.0 +
                                                            s * (-1 / 1307674368000.0 +
                                                                 s * (1 / 355687428096000.0)))))));
  return a + (a * s * p + tail * (1 - 0.5 * s));
}
double cos_near_zero(double a, double tail) noexcept {
  const double s = a * a, half = 0.5 * s;
  const double p =
      1 / 24.0 +
      s * (-1 / 720.0 +
           s * (1 / 40320.0 +
                s * (-1 / 3628800.0 + s * (1 / 479001600.0 + s * (-1 / 87178291200.0 +
                                                                  s * (1 / 20922789888000.0))))));
  const Pair w = fast_sum(1, -half);
  return w.high + (w.low + (s * s * p - a * tail));
}

// sin(2 pi (turns + quarters/4)): everything is a sine.
double sine_of_turns(double turns, int64_t quarters) noexcept {
  if (!is_finite(turns)) return kNan;
  if (math_abs(turns) >= 0x1p52) turns = 0;  // whole turns
  const double nearest = math_floor(turns * 4 + 0.5);
  const double r = turns - nearest * 0.25;  // exact; |r| <= 1/8
  const Pair a = product(r, kTwoPiHigh);
  const double tail = a.low + r * kTwoPiLow;
  const int64_t quadrant = (static_cast<int64_t>(nearest) + quarters) & 3;
  const double value =
      (quadrant & 1) != 0 ? cos_near_zero(a.high, tail) : sin_near_zero(a.high, tail);
  return (quadrant & 2) != 0 ? -value : value;
}

}  // namespace

double math_exp(double x) noexcept {
  if (is_nan(x)) return x;
  if (x > 710) return kInfinity;
  if (x < -746) return 0;
  return join_exp(split_exp(x, 0));
}

double math_expm1(double x) noexcept {
  if (is_nan(x)) return x;
  if (math_abs(x) < 0x1p-54) return x;
  if (math_abs(x) < 0.25) return expm1_near_zero(x);
  if (x > 710) return kInfinity;
  if (x < -40) return -1;
  const ExpParts e = split_exp(x, 0);
  if (e.k > 1022) return join_exp(e);
  const double scale = e.scale * power_of_two(e.k);
  return (scale - 1) + scale * e.part;
}

double math_log(double x) noexcept {
  if (is_nan(x)) return x;
  if (x == 0) return -kInfinity;
  if (x < 0) return kNan;
  if (x == kInfinity) return x;
  return log_pair(x).high;
}

double math_log1p(double x) noexcept {
  if (is_nan(x) || x == kInfinity || math_abs(x) < 0x1p-54) return x;
  if (x == -1) return -kInfinity;
  if (x < -1) return kNan;
  const double u = 1 + x;
  const double lost = math_abs(x) > 1 ? 1 - (u - x) : x - (u - 1);
  const Pair log = log_pair(u);
  return log.high + (log.low + lost / u);
}

double math_pow(double x, double y) noexcept {
  if (y == 0 || x == 1) return 1;
  if (is_nan(x) || is_nan(y)) return kNan;
  const double size = math_abs(x);
  if (!is_finite(y)) return size == 1 ? 1 : (size > 1) == (y > 0) ? kInfinity : 0;
  const Parity whole = parity(y);
  const bool negative = is_negative(x) && whole == Parity::odd;
  if (size == 0) return with_sign(y < 0 ? kInfinity : 0, negative);
  if (size == kInfinity) return with_sign(y < 0 ? 0 : kInfinity, negative);
  if (x < 0 && whole == Parity::none) return kNan;
  return with_sign(pow_magnitude(x, y), negative);
}

double math_tanh(double x) noexcept {
  if (is_nan(x) || math_abs(x) < 0x1p-28) return x;
  if (math_abs(x) > 22) return x < 0 ? -1 : 1;
  const double t = math_expm1(2 * math_abs(x));
  return with_sign(math_abs(x) < 1 ? t / (t + 2) : 1 - 2 / (t + 2), x < 0);
}

double math_sigmoid(double x) noexcept {
  // One path for both signs: those of a model's scores can't be predicted.
  const double e = math_exp(-math_abs(x));
  const double top[] = {e, 1};
  return top[x >= 0] / (1 + e);
}

double math_log1p_exp(double x) noexcept {
  return x > 0 ? x + math_log1p(math_exp(-x)) : math_log1p(math_exp(x));
}

double math_sin_turns(double turns) noexcept {
  return sine_of_turns(turns, 0);
}
double math_cos_turns(double turns) noexcept {
  return sine_of_turns(turns, 1);
}

double math_floor(double x) noexcept {
  if (!(math_abs(x) < 0x1p52)) return x;
  const auto whole = static_cast<double>(static_cast<int64_t>(x));
  const double down = whole > x ? whole - 1 : whole;
  return down == 0 ? with_sign(0, is_negative(x)) : down;
}

double math_ceil(double x) noexcept {
  return -math_floor(-x);
}

double math_sqrt_soft(double x) noexcept {
  if (is_nan(x) || x == 0 || x == kInfinity) return x;
  if (x < 0) return kNan;
  uint64_t bits = bit_cast<uint64_t>(x);
  int64_t exponent = 0;
  if (bits < uint64_t{1} << 52) {
    bits = bit_cast<uint64_t>(x * 0x1p54);
    exponent = -54;
  }
  exponent += static_cast<int64_t>(bits >> 52) - 1023;
  uint64_t rest = (bits & ((uint64_t{1} << 52) - 1)) | uint64_t{1} << 52;
  if ((exponent & 1) != 0) rest *= 2;  // rest in [2^52, 2^54), and the exponent left is even
  rest *= 2;
  // Bit by bit, one bit more than the result holds: root^2 <= mantissa, `twice` is 2 root.
  uint64_t root = 0, twice = 0;
  for (uint64_t bit = uint64_t{1} << 53; bit != 0; bit >>= 1) {
    const uint64_t trial = twice + bit;
    if (trial <= rest) {
      twice = trial + bit;
      rest -= trial;
      root += bit;
    }
    rest *= 2;
  }
  if (rest != 0) root += root & 1;  // never a tie: round by the extra bit
  const auto power = static_cast<uint64_t>((exponent - (exponent & 1)) / 2 + 1022);
  return bit_cast<double>((root >> 1) + (power << 52));
}

}  // namespace freshet
