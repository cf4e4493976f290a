#include "freshet/base/normal.h"

#include <cmath>
#include <initializer_list>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("normal: the cdf is the library's to 1e-12, in the tails too") {
  for (double x = -37; x < 9; x += .0371) {
    CAPTURE(x);
    const double library = std::erfc(-x / std::sqrt(2.0)) / 2;
    CHECK(normal_cdf(x) == doctest::Approx(library).epsilon(1e-12));
  }
  CHECK(normal_cdf(-1e300) == 0);
  CHECK(normal_cdf(1e300) == 1);
  CHECK(normal_cdf(0) == .5);
}

TEST_CASE("normal: the hazard is density over cdf, and -x far to the left") {
  for (const double x : {-30., -4.01, -3.99, -1., 0., 2., 8.})
    CHECK(normal_hazard(x) == doctest::Approx(normal_density(x) / normal_cdf(x)).epsilon(1e-12));
  CHECK(normal_hazard(-1e6) == doctest::Approx(1e6));
  CHECK(normal_hazard(1e6) == 0);
}

TEST_CASE("normal: quantiles are the cdf turned round") {
  CHECK(normal_quantile(.5) == doctest::Approx(0));
  CHECK(normal_quantile(.975) == doctest::Approx(1.959963984540054).epsilon(1e-12));
  for (const double p : {1e-300, 1e-12, .01, .3, .7, .999})
    CHECK(normal_cdf(normal_quantile(p)) == doctest::Approx(p).epsilon(1e-11));
  CHECK(normal_quantile(0) < -1e300);
  CHECK(normal_quantile(1) > 1e300);
}

}  // namespace freshet
