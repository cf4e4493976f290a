#include "freshet/optim/sgd.h"

namespace freshet {

extern const OptimizerEntry sgd_optimizer_entry;
constinit const OptimizerEntry sgd_optimizer_entry{
    .info = {.name = "sgd",
             .summary = "Plain stochastic gradient descent: one rate for all weights.",
             .paper = "Robbins, Monro, Annals of Mathematical Statistics 1951",
             .cost = "O(features present)",
             .memory = "nothing beside the weight",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = {},
             .options_size = 0,
             .defaults = nullptr},
    .learning_rate = Sgd::kLearningRate,
    .slots = Sgd::kSlots};

}  // namespace freshet
