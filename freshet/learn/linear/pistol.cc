#include "freshet/learn/linear/pistol.h"

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "pistol";
using Says = Complaints<kName>;
constexpr double kMostExponent =
    60;  // a score of e^60 is clipped anyway; sums of larger ones overflow

}  // namespace

extern const Entry<Learner> pistol_entry;
constinit const Entry<Learner> pistol_entry{
    .info = {.name = kName,
             .summary = "A linear model without a learning rate, from the sums of its gradients.",
             .paper = "Orabona, NeurIPS 2014",
             .cost = "O(features present)",
             .memory = "16 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kBinary,
             .options = kPistolOptions,
             .options_size = sizeof(PistolOptions),
             .defaults = default_options<PistolOptions>},
    .make = make_entry<Pistol>};

Pistol::Pistol(const PistolOptions& options) noexcept
    : Preset(options,
             RatelessSettings{.loss = options.loss,
                              .tau = options.tau,
                              .bits = options.bits,
                              .memory = options.memory,
                              .stride = 4},
             Says::kAll) {}

const Info& Pistol::info() const noexcept {
  return pistol_entry.info;
}

double Pistol::weight(const float* row, double x) const noexcept {
  const double theta_sum = static_cast<double>(row[theta]), g = static_cast<double>(row[gradients]);
  if (g == 0) return 0;
  const double seen = static_cast<double>(row[largest]), size = math_abs(x);
  const double m = size > seen ? size : seen;
  const double t = 1 / (options_.alpha * m * (g + m));
  const double exponent = theta_sum * theta_sum * t / 2;
  return math_sqrt(g) * options_.beta * theta_sum * t *
         math_exp(exponent < kMostExponent ? exponent : kMostExponent);
}

double Pistol::score(const Example& x, const Shared&, double& lengths) const noexcept {
  lengths = 0;
  double raw = 0;
  each(x, [&](uint32_t at, float value) {
    const double v = static_cast<double>(value);
    raw += weight(row(at), v) * v;
  });
  return raw;
}

void Pistol::follow(const Example& x, double g) noexcept {
  each(x, [&](uint32_t at, float value) {
    const float* was = row(at);
    const double step = g * static_cast<double>(value);
    const float size = math_abs(value);
    float next[cells];
    next[theta] = static_cast<float>(static_cast<double>(was[theta]) - step);
    next[gradients] = static_cast<float>(static_cast<double>(was[gradients]) + math_abs(step));
    next[largest] = size > was[largest] ? size : was[largest];
    store(at, next);
  });
}

}  // namespace freshet
