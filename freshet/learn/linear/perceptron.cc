#include "freshet/learn/linear/perceptron.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "perceptron";
using Says = Complaints<kName>;

constexpr GradientTexts kTexts{Says::kFull,       Says::kMemory, Says::kOtherKind,
                               Says::kParameters, Says::kParts,  Says::kState};

GradientSettings settings(const PerceptronOptions& o) noexcept {
  return {.loss = Loss::perceptron,
          .shape = {},
          .learning_rate = o.learning_rate,
          .intercept_rate = 1,
          .l1 = o.l1,
          .l2 = o.l2,
          .clip = o.clip,
          .bits = o.bits,
          .memory = o.memory};
}

}  // namespace

extern const Entry<Learner> perceptron_entry;
constinit const Entry<Learner> perceptron_entry{
    .info = {.name = kName,
             .summary = "Two classes: adds the examples it gets wrong to its weights.",
             .paper = "Rosenblatt, Psychological Review 1958",
             .cost = "O(features present)",
             .memory = "4 bytes a weight, 16 for its name; hashed: 4 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable | kBinary,
             .options = kPerceptronOptions,
             .options_size = sizeof(PerceptronOptions),
             .defaults = default_options<PerceptronOptions>},
    .make = make_entry<Perceptron>};

Perceptron::Perceptron(const PerceptronOptions& options) noexcept
    : GradientLinear(settings(options), kTexts), options_(options) {}

Result<std::unique_ptr<Perceptron>> Perceptron::make(const PerceptronOptions& options) noexcept {
  std::unique_ptr<Perceptron> made(new Perceptron(options));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Perceptron::info() const noexcept {
  return perceptron_entry.info;
}

Status Perceptron::check(const Example& x) const noexcept {
  return check_class<kName>(x, true);
}

Result<std::unique_ptr<Learner>> Perceptron::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Perceptron> copy, make(options_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

float Perceptron::link(double raw) const noexcept {
  return static_cast<float>(math_sigmoid(raw));
}

}  // namespace freshet
