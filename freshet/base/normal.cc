#include "freshet/base/normal.h"

#include <array>
#include <cstddef>
#include <limits>

#include "freshet/base/math.h"

namespace freshet {
namespace {

constexpr double kPerRootTwoPi = .398942280401432677940;
constexpr double kTail = -4;        // left of it the continued fraction, right of it the series
constexpr std::size_t kTerms = 80;  // of the series: at |x| = 6 the last is below 1e-20

constexpr auto kReciprocals = [] {
  std::array<double, kTerms> all{};
  for (std::size_t n = 0; n < kTerms; n++)
    all[n] = 1 / static_cast<double>(2 * n + 1);
  return all;
}();

/// x + x^3/3 + x^5/(3 5) + ...: (cdf - 1/2) / density. All terms have one sign.
double series(double x) noexcept {
  const double square = x * x;
  double term = x, sum = x;
  for (std::size_t n = 1; n < kTerms; n++) {
    term *= square * kReciprocals[n];
    sum += term;
    if (math_abs(term) < 1e-17 * math_abs(sum)) break;
  }
  return sum;
}

/// cdf(-x) / density(x) for x >= 4: Laplace's continued fraction 1/(x + 1/(x + 2/(x + ...))).
double mills(double x) noexcept {
  double below = x;
  for (int n = 40; n > 0; n--)
    below = x + n / below;
  return 1 / below;
}

}  // namespace

double normal_density(double x) noexcept {
  return kPerRootTwoPi * math_exp(-.5 * x * x);
}

double normal_cdf(double x) noexcept {
  if (x < kTail) return x < -40 ? 0 : mills(-x) * normal_density(x);
  if (x > -kTail) return x > 40 ? 1 : 1 - mills(x) * normal_density(x);
  return .5 + normal_density(x) * series(x);
}

double normal_hazard(double x) noexcept {
  if (x < kTail) return 1 / mills(-x);
  return x > 40 ? 0 : normal_density(x) / normal_cdf(x);
}

// Newton's method on the smaller half, where the logarithm of the cdf is concave: from the left end it can't overshoot.
double normal_quantile(double p) noexcept {
  if (!(p > 0)) return -std::numeric_limits<double>::infinity();
  if (!(p < 1)) return std::numeric_limits<double>::infinity();
  if (p > .5) return -normal_quantile(1 - p);
  double x = -math_sqrt(-2 * math_log(p));  // cdf(x) <= p there
  for (int k = 0; k < 60; k++) {
    const double step = (math_log(p) - math_log(normal_cdf(x))) / normal_hazard(x);
    x += step;
    if (math_abs(step) < 1e-14 * (1 + math_abs(x))) break;
  }
  return x;
}

}  // namespace freshet
