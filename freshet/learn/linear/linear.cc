#include "freshet/learn/linear/linear.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "linear";
using Says = Complaints<kName>;

constexpr GradientTexts kTexts{Says::kFull,       Says::kMemory, Says::kOtherKind,
                               Says::kParameters, Says::kParts,  Says::kState};

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

GradientSettings settings(const LinearOptions& o) noexcept {
  return {.loss = loss_of(o.loss),
          .shape = {.tau = o.tau, .eps = o.eps, .c = o.c},
          .optimizer = o.optimizer,
          .schedule = o.schedule,
          .bias = o.bias,
          .learning_rate = o.learning_rate,
          .intercept_rate = o.intercept_rate,
          .l1 = o.l1,
          .l2 = o.l2,
          .clip = o.clip,
          .bits = o.bits,
          .memory = o.memory};
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
    : GradientLinear(settings(options), kTexts), options_(options) {}

Result<std::unique_ptr<Linear>> Linear::make(const LinearOptions& options) noexcept {
  std::unique_ptr<Linear> made(new Linear(options));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Linear::info() const noexcept {
  return linear_entry.info;
}

Status Linear::check(const Example& x) const noexcept {
  return check_target<kName>(x);
}

Result<std::unique_ptr<Learner>> Linear::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Linear> copy, make(options_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

float Linear::link(double raw) const noexcept {
  return clamp_to_float(options_.loss == LinearLoss::poisson ? math_exp(raw < 700 ? raw : 700)
                                                             : raw);
}

}  // namespace freshet
