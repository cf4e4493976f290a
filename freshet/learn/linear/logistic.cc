#include "freshet/learn/linear/logistic.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "logistic";
using Says = Complaints<kName>;

Loss loss_of(LogisticLoss loss) noexcept {
  switch (loss) {
    case LogisticLoss::logistic:
      return Loss::logistic;
    case LogisticLoss::hinge:
      return Loss::hinge;
    case LogisticLoss::squared:
      return Loss::squared;
  }
  return Loss::logistic;
}

}  // namespace

extern const Entry<Learner> logistic_entry;
constinit const Entry<Learner> logistic_entry{
    .info = {.name = kName,
             .summary = "Logistic regression for two classes by gradient descent.",
             .paper = "Bottou, COMPSTAT 2010; l1: Tsuruoka et al., ACL 2009",
             .cost = "O(features present)",
             .memory = "4 to 16 bytes a weight, 16 for its name; hashed: 4 to 16 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable | kBinary,
             .options = kLogisticOptions,
             .options_size = sizeof(LogisticOptions),
             .defaults = default_options<LogisticOptions>},
    .make = make_entry<Logistic>};

Logistic::Logistic(const LogisticOptions& options) noexcept
    : Preset(options, gradient_settings(options, loss_of(options.loss), {.margin = options.margin}),
             Says::kAll) {}

const Info& Logistic::info() const noexcept {
  return logistic_entry.info;
}

}  // namespace freshet
