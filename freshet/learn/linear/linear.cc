#include "freshet/learn/linear/linear.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "linear";
using Says = Complaints<kName>;

Loss loss_of(LinearLoss loss) noexcept {
  switch (loss) {
    case LinearLoss::squared:
      return Loss::squared;
    case LinearLoss::absolute:
      return Loss::absolute;
    case LinearLoss::quantile:
      return Loss::quantile;
    case LinearLoss::epsilon:
      return Loss::epsilon;
    case LinearLoss::huber:
      return Loss::huber;
    case LinearLoss::poisson:
      return Loss::poisson;
  }
  return Loss::squared;
}

}  // namespace

extern const Entry<Learner> linear_entry;
constinit const Entry<Learner> linear_entry{
    .info = {.name = kName,
             .summary = "Linear regression by gradient descent.",
             .paper = "Widrow, Hoff, IRE WESCON 1960; l1: Tsuruoka et al., ACL 2009",
             .cost = "O(features present)",
             .memory = "4 to 16 bytes a weight, 16 for its name; hashed: 4 to 16 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable,
             .options = kLinearOptions,
             .options_size = sizeof(LinearOptions),
             .defaults = default_options<LinearOptions>},
    .make = make_entry<Linear>};

Linear::Linear(const LinearOptions& options) noexcept
    : Preset(options,
             gradient_settings(options, loss_of(options.loss),
                               {.tau = options.tau, .eps = options.eps, .c = options.c}),
             Says::kAll) {}

const Info& Linear::info() const noexcept {
  return linear_entry.info;
}

}  // namespace freshet
