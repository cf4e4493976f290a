#include "freshet/learn/linear/coin.h"

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "coin";
using Says = Complaints<kName>;
constexpr uint32_t kStride = 8;

/// The bet: l m is the largest gradient that this weight reckons with.
double bet(double theta, double gradients, double reward, double alpha, double lm) noexcept {
  return lm > 0 ? theta * (alpha + reward) / (lm * (lm + gradients)) : 0;
}

}  // namespace

extern const Entry<Learner> coin_entry;
constinit const Entry<Learner> coin_entry{
    .info = {.name = kName,
             .summary = "A linear model without a learning rate, by coin betting.",
             .paper = "Orabona, Tommasi, NeurIPS 2017",
             .cost = "O(features present)",
             .memory = "32 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kBinary,
             .options = kCoinOptions,
             .options_size = sizeof(CoinOptions),
             .defaults = default_options<CoinOptions>},
    .make = make_entry<Coin>};

Coin::Coin(const CoinOptions& options) noexcept
    : Preset(options,
             RatelessSettings{.loss = options.loss,
                              .tau = options.tau,
                              .bits = options.bits,
                              .memory = options.memory,
                              .stride = kStride},
             Says::kAll) {}

const Info& Coin::info() const noexcept {
  return coin_entry.info;
}

double Coin::weight(const float* row, double x) const noexcept {
  const double m = static_cast<double>(row[largest]), size = math_abs(x);
  return bet(static_cast<double>(row[theta]), static_cast<double>(row[gradients]),
             static_cast<double>(row[reward]), options_.alpha,
             static_cast<double>(row[slope_size]) * (size > m ? size : m));
}

double Coin::score(const Example& x, const Shared& shared, double& lengths) const noexcept {
  const double h = static_cast<double>(x.weight);
  double raw = 0, squares = 0;
  each(x, [&](uint32_t at, float value) {
    const double v = static_cast<double>(value), size = math_abs(v);
    const float* cell = row(at);
    const double m = static_cast<double>(cell[largest]);
    const double share = size > m ? 1 : size / m;
    raw += weight(cell, v) * v;
    squares += share * share;
  });
  lengths = h * squares;
  const double weights = shared.weight + h;
  return weights > 0 ? raw / ((shared.lengths + lengths + 1e-6) / weights) : 0;
}

void Coin::follow(const Example& x, double g) noexcept {
  const double slope = math_abs(g);
  each(x, [&](uint32_t at, float value) {
    const float* was = row(at);
    const double v = static_cast<double>(value), size = math_abs(v), step = g * v;
    double m = static_cast<double>(was[largest]), l = static_cast<double>(was[slope_size]);
    if (size > m) m = size;
    if (slope > l) l = slope > options_.beta ? slope : options_.beta;
    const double w = bet(static_cast<double>(was[theta]), static_cast<double>(was[gradients]),
                         static_cast<double>(was[reward]), options_.alpha, l * m);
    float next[cells];
    next[theta] = static_cast<float>(static_cast<double>(was[theta]) - step);
    next[gradients] = static_cast<float>(static_cast<double>(was[gradients]) + math_abs(step));
    next[largest] = static_cast<float>(m);
    next[slope_size] = static_cast<float>(l);
    next[reward] = static_cast<float>(static_cast<double>(was[reward]) - step * w);
    store(at, next);
  });
}

}  // namespace freshet
