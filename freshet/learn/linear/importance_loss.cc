#include "freshet/learn/linear/importance_loss.h"

#include "freshet/base/math.h"
#include "freshet/base/math_tables.h"

namespace freshet {
namespace {

// e^-|p|: every elementary function of a logistic score comes from this one, so that a prediction and the step that follows
// it cost one exponential, and agree.
double small_odds(float p) noexcept {
  const float size = p < 0 ? -p : p;
  return math_exp(static_cast<double>(-(size < 80 ? size : 80)));
}

// ln x to 1e-12: the result becomes a float, or a step of order four, so the last bits of math_log may be left out at half its
// time. REQUIRES: x is positive, finite and normal.
double short_log(double x) noexcept {
  const uint64_t bits = bit_cast<uint64_t>(x), above = bits - kLogFrom;
  const int64_t k = static_cast<int64_t>(above) >> 52;
  const double z = bit_cast<double>(bits - (static_cast<uint64_t>(k) << 52));
  const LogEntry& entry = kLogTable[above >> 45 & 127];
  // |r| < 2^-7.9; the first term left out, r^6/6, is below 1e-15.
  const double r = (z - entry.c) * entry.inverse, r2 = r * r;
  const double p = r2 * (-1 / 2.0 + r * (1 / 3.0)) + r2 * r2 * (-1 / 4.0 + r * (1 / 5.0));
  return static_cast<double>(k) * kLn2 + entry.log_high + (r + p);
}

// One step of the iteration of Fritsch, Shafer and Crowley (CACM 16, 1973, algorithm 443), of order four, towards W with
// W + ln W = a: w (1 + left/t (u - left)/(u - 2 left)), over one quotient: each is waited for. left: a - ln W - W.
double better(double w, double left) noexcept {
  const double t = 1 + w, u = 2 * t * (t + left * (2 / 3.0));
  return w + w * left * (u - left) / (t * (u - 2 * left));
}

// `is_first` is a coin's toss: no branch.
double choose(bool is_first, double first, double second) noexcept {
  const uint64_t mask = -static_cast<uint64_t>(is_first);
  return bit_cast<double>((bit_cast<uint64_t>(first) & mask) |
                          (bit_cast<uint64_t>(second) & ~mask));
}

// W with W + ln W = a, where a = step + margin + e^margin: two steps to the last bits but few. Vowpal Wabbit makes one, from a
// start within a third. Small steps begin at e^margin, which is the solution without a step: no logarithm is needed there.
double balance(double step, double margin, double odds) noexcept {
  const double a = step + margin + odds;
  double w;
  if (step <= .5) {
    w = better(odds, step);
  } else if (a >= 1) {
    w = .86 * a + .01;
    w = better(w, a - short_log(w) - w);
  } else {
    w = math_exp(.8 * a - .65);
    w = better(w, .2 * a + .65 - w);
  }
  return better(w, a - short_log(w) - w);
}

}  // namespace

float probability(float p) noexcept {
  const double e = small_odds(p);
  return static_cast<float>((p < 0 ? e : 1) / (1 + e));
}

LossAt::LossAt(ImportanceLoss loss, float tau, float p, float y) noexcept
    : loss_(loss), tau_(tau), p_(p), y_(y) {
  const float error = p - y;
  switch (loss) {
    case ImportanceLoss::squared:
      value_ = error * error;
      slope_ = 2 * error;
      return;
    case ImportanceLoss::logistic: {
      small_odds_ = small_odds(p);
      const double inverse = 1 / small_odds_;
      const bool is_right = y * p >= 0;
      odds_ = choose(is_right, inverse, small_odds_);
      const float wrong = static_cast<float>(choose(is_right, small_odds_, inverse));  // exp(-y p)
      value_ = static_cast<float>(short_log(static_cast<double>(1 + wrong)));
      slope_ = -y / (1 + static_cast<float>(odds_));
      return;
    }
    case ImportanceLoss::hinge:
      value_ = 1 - y * p > 0 ? 1 - y * p : 0;
      slope_ = 1 - y * p > 0 ? -y : 0;
      return;
    case ImportanceLoss::quantile:
      value_ = -error > 0 ? tau * -error : (tau - 1) * -error;
      slope_ = -error > 0 ? -tau : 1 - tau;
      return;
  }
}

float LossAt::chance() const noexcept {
  if (loss_ != ImportanceLoss::logistic) return probability(p_);
  return static_cast<float>((p_ < 0 ? small_odds_ : 1) / (1 + small_odds_));
}

float LossAt::invariant_step(float e, float q) const noexcept {
  const bool is_small = e * q < 1e-6f;
  switch (loss_) {
    case ImportanceLoss::squared:
      if (is_small) return 2 * e * (y_ - p_);
      return (y_ - p_) * (1 - math_exp(-2 * e * q)) / q;
    case ImportanceLoss::logistic: {
      if (is_small) return -slope_ * e;
      const double y = static_cast<double>(y_), p = static_cast<double>(p_);
      const double far = static_cast<double>(e) * static_cast<double>(q);
      const double a = far + y * p + odds_;
      return static_cast<float>(-(y * (balance(far, y * p, odds_) - a) + p) /
                                static_cast<double>(q));
    }
    case ImportanceLoss::hinge: {
      const float far = 1 - y_ * p_;
      if (!(far > 0)) return 0;
      const float whole = far / q;
      return y_ * (e < whole ? e : whole);
    }
    case ImportanceLoss::quantile: {
      const float whole = (y_ - p_) / q;
      const float low = (tau_ - 1) * e, high = tau_ * e;
      return whole < low ? low : whole > high ? high : whole;
    }
  }
  return 0;
}

}  // namespace freshet
