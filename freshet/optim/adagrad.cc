#include "freshet/optim/adagrad.h"

namespace freshet {

extern const OptimizerEntry adagrad_optimizer_entry;
constinit const OptimizerEntry adagrad_optimizer_entry{
    .info = {.name = "adagrad",
             .summary = "A rate for each weight that shrinks with the gradients it has met.",
             .paper = "Duchi, Hazan, Singer, JMLR 2011",
             .cost = "O(features present)",
             .memory = "4 bytes beside each weight",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = {},
             .options_size = 0,
             .defaults = nullptr},
    .learning_rate = Adagrad::kLearningRate,
    .slots = Adagrad::kSlots};

}  // namespace freshet
