/// Friedman's first function: y = 10 sin(pi x0 x1) + 20 (x2 - 0.5)^2 + 10 x3 + 5 x4 + normal(0, 1) of
/// ten numbers uniform in [0, 1); x5 .. x9 mean nothing.

#include "freshet/base/chars.h"
#include "freshet/base/rng.h"
#include "freshet/format/generate/generator.h"

namespace freshet {
namespace {

constexpr double kPi = 3.14159265358979323846;

// sin(pi u) for u in [0, 1], by its symmetric Taylor series around 1/2: below 1e-15 off, the same bits
// on every target.
double sine_of_pi(double u) noexcept {
  const double t = (u - .5) * kPi, s = t * t;
  double term = 1, sum = 1;
  for (int k = 1; k <= 12; ++k) {
    term *= -s / ((2. * k - 1) * (2. * k));
    sum += term;
  }
  return sum;
}

void write_row(uint32_t seed, uint64_t row, std::string& out) noexcept {
  Draws draws(seed, 0, row);
  float x[10];
  for (float& value : x)
    value = static_cast<float>(draws.uniform());
  const auto at = [&](int k) { return static_cast<double>(x[k]); };
  const double y = 10 * sine_of_pi(at(0) * at(1)) + 20 * (at(2) - .5) * (at(2) - .5) + 10 * at(3) +
                   5 * at(4) + draws.normal();
  for (const float value : x) {
    out += Digits(value).text();
    out += ',';
  }
  out += Digits(static_cast<float>(y)).text();
  out += '\n';
}

}  // namespace

extern const Generator friedman_generator;
constinit const Generator friedman_generator{
    "friedman",
    "A number from ten numbers, five of which mean nothing; normal noise of deviation 1.",
    "Friedman, Multivariate adaptive regression splines, Annals of Statistics 1991",
    "x0,x1,x2,x3,x4,x5,x6,x7,x8,x9,y",
    40'000,
    &write_row};

}  // namespace freshet
