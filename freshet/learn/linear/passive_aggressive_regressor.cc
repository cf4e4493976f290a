#include "freshet/learn/linear/passive_aggressive_regressor.h"

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "passive_aggressive_regressor";
using Says = Complaints<kName>;

AggressiveSettings settings(const PassiveAggressiveRegressorOptions& o) noexcept {
  return {.c = o.c, .mode = o.mode, .eps = o.eps, .bits = o.bits, .memory = o.memory};
}

}  // namespace

extern const Entry<Learner> passive_aggressive_regressor_entry;
constinit const Entry<Learner> passive_aggressive_regressor_entry{
    .info = {.name = kName,
             .summary = "Regression that moves just far enough; no rate to choose.",
             .paper = "Crammer et al., JMLR 2006",
             .cost = "O(features present)",
             .memory = "4 bytes a weight, 16 for its name; hashed: 4 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable,
             .options = kPassiveAggressiveRegressorOptions,
             .options_size = sizeof(PassiveAggressiveRegressorOptions),
             .defaults = default_options<PassiveAggressiveRegressorOptions>},
    .make = make_entry<PassiveAggressiveRegressor>};

PassiveAggressiveRegressor::PassiveAggressiveRegressor(
    const PassiveAggressiveRegressorOptions& options) noexcept
    : Preset(options, settings(options), Says::kAll) {}

const Info& PassiveAggressiveRegressor::info() const noexcept {
  return passive_aggressive_regressor_entry.info;
}

AggressiveLinear::Wrong PassiveAggressiveRegressor::wrong(double raw,
                                                          const Example& x) const noexcept {
  const double e = static_cast<double>(x.label[0]) - raw;
  return {math_abs(e) - options_.eps, e > 0 ? 1.0 : -1.0};
}

}  // namespace freshet
