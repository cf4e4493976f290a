#pragma once

/// The normal distribution, with the same bits on every target (see base/math.h).
namespace freshet {

/// e^(-x^2 / 2) / sqrt(2 pi).
double normal_density(double x) noexcept;

/// P(X <= x); relative error below 1e-12 also far in the left tail, 0 below about -38.
double normal_cdf(double x) noexcept;

/// density / cdf: how far the mean moves up when X is known to be above -x. Grows like -x to the left; never overflows.
double normal_hazard(double x) noexcept;

/// The x with cdf(x) = p, for p in (0, 1) to 1e-12; infinities at 0 and 1.
double normal_quantile(double p) noexcept;

}  // namespace freshet
