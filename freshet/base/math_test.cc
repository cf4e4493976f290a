#include "freshet/base/math.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"

namespace freshet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Distance in units of the last place of `want`; 0 for equal specials, large for unequal ones.
double ulps(double got, long double want) {
  const auto rounded = static_cast<double>(want);
  if (std::isnan(rounded) || std::isnan(got))
    return std::isnan(rounded) && std::isnan(got) ? 0 : 1e9;
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : 1e9;
  int exponent;
  std::frexp(want, &exponent);
  if (exponent < -1021) exponent = -1021;
  return static_cast<double>(std::fabs((got - want) / std::ldexp(1.0L, exponent - 53)));
}

// The largest error of f against g over `count` numbers of [low, high).
template <class F, class G>
double worst(F f, G g, double low, double high, int count = 50000) {
  Draws draws(1, 0, 0);
  double error = 0;
  for (int i = 0; i < count; i++) {
    const double x = low + (high - low) * draws.uniform();
    error = std::fmax(error, ulps(f(x), g(static_cast<long double>(x))));
  }
  return error;
}

// The same over numbers of all sizes around `center`.
template <class F, class G>
double worst_near(F f, G g, double center) {
  Draws draws(2, 0, 0);
  double error = 0;
  for (int i = 0; i < 50000; i++) {
    const double x =
        center + std::ldexp(2 * draws.uniform() - 1, -static_cast<int>(draws.below(60)));
    error = std::fmax(error, ulps(f(x), g(static_cast<long double>(x))));
  }
  return error;
}

double exp_of(double x) {
  return math_exp(x);
}
double log_of(double x) {
  return math_log(x);
}
double log1p_of(double x) {
  return math_log1p(x);
}
double tanh_of(double x) {
  return math_tanh(x);
}
double sigmoid_of(double x) {
  return math_sigmoid(x);
}

const long double kTurn = 2 * std::acos(-1.0L);

}  // namespace

TEST_CASE("math: exp is within 0.52 units, 0.76 where the result is subnormal") {
  const auto reference = [](long double x) { return std::exp(x); };
  CHECK(worst(exp_of, reference, -700, 709.7) < 0.52);
  CHECK(worst(exp_of, reference, -1, 1) < 0.52);
  CHECK(worst(exp_of, reference, -746, -708) < 0.76);
}

TEST_CASE("math: log is within 0.51 units everywhere, near 1 too") {
  const auto reference = [](long double x) { return std::log(x); };
  CHECK(worst(log_of, reference, 0.5, 2) < 0.51);
  CHECK(worst(log_of, reference, 0, 1e-300) < 0.51);
  CHECK(worst(log_of, reference, 0, 1e300) < 0.51);
  CHECK(worst_near(log_of, reference, 1) < 0.51);
}

TEST_CASE("math: expm1 and log1p keep their digits near zero") {
  CHECK(worst_near(math_expm1, [](long double x) { return std::expm1(x); }, 0) < 1.1);
  CHECK(worst(math_expm1, [](long double x) { return std::expm1(x); }, -45, 45) < 1.1);
  CHECK(worst_near(log1p_of, [](long double x) { return std::log1p(x); }, 0) < 0.8);
  CHECK(worst(log1p_of, [](long double x) { return std::log1p(x); }, -1, 10) < 0.8);
}

TEST_CASE("math: tanh, sigmoid and softplus are within 2.5 units") {
  CHECK(worst(tanh_of, [](long double x) { return std::tanh(x); }, -25, 25) < 2.5);
  CHECK(worst_near(tanh_of, [](long double x) { return std::tanh(x); }, 0) < 2.5);
  CHECK(worst(sigmoid_of, [](long double x) { return 1 / (1 + std::exp(-x)); }, -700, 700) < 2.5);
  CHECK(
      worst(math_log1p_exp, [](long double x) { return std::log1p(std::exp(x)); }, -40, 40) < 2.5);
}

TEST_CASE("math: pow is within 0.52 units, with large exponents too") {
  Draws draws(3, 0, 0);
  double error = 0;
  for (int i = 0; i < 100000; i++) {
    const double x = i % 2 == 0 ? 3 * draws.uniform() : std::exp(1400 * draws.uniform() - 700);
    const double y = (2 * draws.uniform() - 1) * 690 / std::fmax(std::fabs(std::log(x)), 1e-3);
    error = std::fmax(error, ulps(math_pow(x, y), std::pow(static_cast<long double>(x),
                                                           static_cast<long double>(y))));
  }
  CHECK(error < 0.52);
  CHECK(math_pow(10.0, 3.0) == 1000);
  CHECK(math_pow(2.0, -1074.0) == 0x1p-1074);
}

TEST_CASE("math: special values are those of the C library") {
  const double specials[] = {
      0.0,    -0.0,       1,         -1,          2,
      -2,     0.5,        -0.5,      3,           -3,
      1e300,  -1e300,     kInfinity, -kInfinity,  5e-324,
      0x1p53, 0x1p53 + 2, -1074,     1 + 0x1p-52, std::numeric_limits<double>::quiet_NaN()};
  const auto same = [](double got, double want) {
    return ulps(got, static_cast<long double>(want)) <= 1 &&
           (std::isnan(want) || std::signbit(got) == std::signbit(want));
  };
  for (const double x : specials) {
    CAPTURE(x);
    CHECK(same(math_exp(x), std::exp(x)));
    CHECK(same(math_expm1(x), std::expm1(x)));
    CHECK(same(math_log(x), std::log(x)));
    CHECK(same(math_log1p(x), std::log1p(x)));
    CHECK(same(math_tanh(x), std::tanh(x)));
    CHECK(same(math_floor(x), std::floor(x)));
    CHECK(same(math_ceil(x), std::ceil(x)));
    CHECK(same(math_sqrt(x), std::sqrt(x)));
    CHECK(same(math_sqrt_soft(x), std::sqrt(x)));
    for (const double y : specials) {
      CAPTURE(y);
      CHECK(same(math_pow(x, y), std::pow(x, y)));
    }
  }
}

TEST_CASE("math: sigmoid neither overflows nor leaves [0, 1], and is 1/2 at 0") {
  CHECK(math_sigmoid(0.0) == 0.5);
  CHECK(math_sigmoid(0.0f) == 0.5f);
  CHECK(math_sigmoid(1e308) == 1);
  CHECK(math_sigmoid(-1e308) == 0);
  CHECK(math_sigmoid(-745.0) > 0);
  CHECK(math_log1p_exp(1e308) == 1e308);
  CHECK(math_log1p_exp(-1e308) == 0);
}

TEST_CASE("math: the float forms are the nearest floats") {
  Draws draws(4, 0, 0);
  for (int i = 0; i < 10000; i++) {
    const auto x = static_cast<float>(20 * draws.uniform() - 10);
    REQUIRE(math_exp(x) == static_cast<float>(std::exp(static_cast<long double>(x))));
    REQUIRE(math_tanh(x) == static_cast<float>(std::tanh(static_cast<long double>(x))));
  }
}

TEST_CASE("math: sines of turns are exact at quarters and close in between") {
  CHECK(math_cos_turns(0) == 1);
  CHECK(math_cos_turns(0.25) == 0);
  CHECK(math_cos_turns(0.5) == -1);
  CHECK(math_sin_turns(0.25) == 1);
  CHECK(math_sin_turns(-0.25) == -1);
  CHECK(math_sin_turns(0.5) == 0);
  CHECK(math_cos_turns(1e300) == 1);
  CHECK(std::isnan(math_cos_turns(kInfinity)));
  CHECK(
      worst(math_sin_turns, [](long double x) { return std::sin(kTurn * x); }, -0.24, 0.24) < 0.8);
  CHECK(worst(math_cos_turns, [](long double x) { return std::cos(kTurn * x); }, -0.2, 0.2) < 0.8);
}

TEST_CASE("math: the root in integers equals the processor's to the bit") {
  Draws draws(5, 0, 0);
  for (int i = 0; i < 50000; i++) {
    const auto x = bit_cast<double>(draws.bits() >> 1);
    if (!is_finite(x)) continue;
    REQUIRE(math_sqrt_soft(x) == std::sqrt(x));
  }
  CHECK(math_sqrt(2.0f) == std::sqrt(2.0f));
}

TEST_CASE("math: bits never change") {
  CHECK(math_exp(1.0) == 0x1.5bf0a8b145769p+1);
  CHECK(math_log(3.0) == 0x1.193ea7aad030bp+0);
  CHECK(math_pow(1.1, 10.0) == 0x1.4bffc0c03023ep+1);
  CHECK(math_sigmoid(-1.25) == 0x1.c81702a88e0d5p-3);
  CHECK(math_tanh(0.3) == 0x1.2a4dda7d914f9p-2);
  CHECK(math_cos_turns(0.1) == 0x1.9e3779b97f4a8p-1);
}

}  // namespace freshet
