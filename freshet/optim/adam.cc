#include "freshet/optim/adam.h"

namespace freshet {

extern const OptimizerEntry adam_optimizer_entry;
constinit const OptimizerEntry adam_optimizer_entry{
    .info = {.name = "adam",
             .summary = "Faded averages of gradient and squared gradient, bias-corrected.",
             .paper = "Kingma, Ba, ICLR 2015",
             .cost = "O(features present)",
             .memory = "8 bytes beside each weight",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = {},
             .options_size = 0,
             .defaults = nullptr},
    .learning_rate = Adam::kLearningRate,
    .slots = Adam::kSlots};

}  // namespace freshet
