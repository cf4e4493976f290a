#include "freshet/learn/linear/passive_aggressive.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "passive_aggressive";
using Says = Complaints<kName>;

AggressiveSettings settings(const PassiveAggressiveOptions& o) noexcept {
  return {.c = o.c, .mode = o.mode, .bits = o.bits, .memory = o.memory};
}

}  // namespace

extern const Entry<Learner> passive_aggressive_entry;
constinit const Entry<Learner> passive_aggressive_entry{
    .info = {.name = kName,
             .summary = "Two classes, moving just far enough; no rate to choose.",
             .paper = "Crammer et al., JMLR 2006",
             .cost = "O(features present)",
             .memory = "4 bytes a weight, 16 for its name; hashed: 4 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable | kBinary,
             .options = kPassiveAggressiveOptions,
             .options_size = sizeof(PassiveAggressiveOptions),
             .defaults = default_options<PassiveAggressiveOptions>},
    .make = make_entry<PassiveAggressive>};

PassiveAggressive::PassiveAggressive(const PassiveAggressiveOptions& options) noexcept
    : Preset(options, settings(options), Says::kAll) {}

const Info& PassiveAggressive::info() const noexcept {
  return passive_aggressive_entry.info;
}

AggressiveLinear::Wrong PassiveAggressive::wrong(double raw, const Example& x) const noexcept {
  const double y = x.label[0] == 1 ? 1 : -1;
  return {1 - y * raw, y};
}

}  // namespace freshet
