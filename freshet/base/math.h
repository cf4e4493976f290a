#pragma once
#include <cstdint>

#include "freshet/base/bits.h"

/// Elementary functions that give the same bits on every compiler, processor and library.
///
/// Rings 0-2 use these and not <cmath>: a model folded from one log on a server, in a browser and
/// on a microcontroller is then the same model. No fused multiply-add, no library, only IEEE 754
/// sums, products, quotients and square roots in round-to-nearest. Errors in units in the last
/// place, measured against long double: exp, log, pow below 0.52 (0.76 where the result is
/// subnormal), log1p, sin_turns, cos_turns below 0.8, expm1 below 1.1, the others below
/// 2.5. The float forms
/// round a double result and are nearly always the nearest float.
/// Special values are those of C's <math.h>: log(0) = -inf, exp(-inf) = 0, a NaN in gives a NaN.
/// Never change a result bit: golden files hold predictions.
namespace freshet {

double math_exp(double x) noexcept;
double math_expm1(double x) noexcept;  ///< exp(x) - 1 without cancellation near 0
double math_log(double x) noexcept;    ///< natural; NaN for x < 0
double math_log1p(double x) noexcept;  ///< log(1 + x) without cancellation near 0
double math_pow(double x, double y) noexcept;
double math_tanh(double x) noexcept;
double math_sigmoid(double x) noexcept;  ///< 1 / (1 + exp(-x)); in [0, 1], without overflow
double math_log1p_exp(
    double x) noexcept;  ///< log(1 + exp(x)): softplus, the logistic loss at margin -x
double math_sin_turns(
    double turns) noexcept;  ///< sin(2 pi turns): exact at quarters; NaN for infinities
double math_cos_turns(double turns) noexcept;  ///< cos(2 pi turns)

inline float math_exp(float x) noexcept {
  return static_cast<float>(math_exp(static_cast<double>(x)));
}
inline float math_log(float x) noexcept {
  return static_cast<float>(math_log(static_cast<double>(x)));
}
inline float math_log1p(float x) noexcept {
  return static_cast<float>(math_log1p(static_cast<double>(x)));
}
inline float math_tanh(float x) noexcept {
  return static_cast<float>(math_tanh(static_cast<double>(x)));
}
inline float math_pow(float x, float y) noexcept {
  return static_cast<float>(math_pow(static_cast<double>(x), static_cast<double>(y)));
}
inline float math_sigmoid(float x) noexcept {
  return static_cast<float>(math_sigmoid(static_cast<double>(x)));
}

/// The correctly rounded root in integer arithmetic, for processors without one for doubles.
double math_sqrt_soft(double x) noexcept;

/// Correctly rounded; NaN for x < 0. One instruction where the processor has it (with
/// -fno-math-errno).
inline double math_sqrt(double x) noexcept {
#if defined(__SSE2__) || defined(__aarch64__) || defined(__wasm__) || \
    (defined(__ARM_FP) && (__ARM_FP & 8))
  return __builtin_sqrt(x);
#else
  return math_sqrt_soft(x);
#endif
}
inline float math_sqrt(float x) noexcept {
#if defined(__SSE2__) || defined(__aarch64__) || defined(__wasm__) || \
    (defined(__ARM_FP) && (__ARM_FP & 4))
  return __builtin_sqrtf(x);
#else
  return static_cast<float>(
      math_sqrt_soft(static_cast<double>(x)));  // exact: 53 >= 2 * 24 + 2 bits
#endif
}

inline double math_abs(double x) noexcept {
  return __builtin_fabs(x);
}
inline float math_abs(float x) noexcept {
  return __builtin_fabsf(x);
}

/// To integers, in the direction named; exact. |x| >= 2^52, infinities and NaN come back as they
/// are.
double math_floor(double x) noexcept;
double math_ceil(double x) noexcept;

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kLn2 = 0.693147180559945309417;

}  // namespace freshet
