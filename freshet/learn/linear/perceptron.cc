#include "freshet/learn/linear/perceptron.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "perceptron";
using Says = Complaints<kName>;

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
    : Preset(options, settings(options), Says::kAll) {}

const Info& Perceptron::info() const noexcept {
  return perceptron_entry.info;
}

}  // namespace freshet
