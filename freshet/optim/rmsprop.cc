#include "freshet/optim/rmsprop.h"

namespace freshet {

extern const OptimizerEntry rmsprop_optimizer_entry;
constinit const OptimizerEntry rmsprop_optimizer_entry{
    .info = {.name = "rmsprop",
             .summary = "A rate for each weight that follows the recent size of its gradients.",
             .paper = "Tieleman, Hinton, Coursera lecture 6.5, 2012",
             .cost = "O(features present)",
             .memory = "4 bytes beside each weight",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = {},
             .options_size = 0,
             .defaults = nullptr},
    .learning_rate = RmsProp::kLearningRate,
    .slots = RmsProp::kSlots};

}  // namespace freshet
