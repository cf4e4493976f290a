#include "freshet/learn/linear/logistic.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "logistic";
using Says = Complaints<kName>;

constexpr GradientTexts kTexts{Says::kFull,       Says::kMemory, Says::kOtherKind,
                               Says::kParameters, Says::kParts,  Says::kState};

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

GradientSettings settings(const LogisticOptions& o) noexcept {
  return {.loss = loss_of(o.loss),
          .shape = {.margin = o.margin},
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
    : GradientLinear(settings(options), kTexts), options_(options) {}

Result<std::unique_ptr<Logistic>> Logistic::make(const LogisticOptions& options) noexcept {
  std::unique_ptr<Logistic> made(new Logistic(options));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Logistic::info() const noexcept {
  return logistic_entry.info;
}

Status Logistic::check(const Example& x) const noexcept {
  return check_class<kName>(x, true);
}

Result<std::unique_ptr<Learner>> Logistic::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Logistic> copy, make(options_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

float Logistic::link(double raw) const noexcept {
  return static_cast<float>(math_sigmoid(raw));
}

}  // namespace freshet
