#include "freshet/optim/ftrl.h"

namespace freshet {

extern const OptimizerEntry ftrl_optimizer_entry;
constinit const OptimizerEntry ftrl_optimizer_entry{
    .info = {.name = "ftrl",
             .summary = "Follow the regularised leader: l1 makes weights exactly 0.",
             .paper = "McMahan et al., KDD 2013",
             .cost = "O(features present)",
             .memory = "8 bytes beside each weight",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = {},
             .options_size = 0,
             .defaults = nullptr},
    .learning_rate = FollowLeader::kLearningRate,
    .slots = FollowLeader::kSlots};

}  // namespace freshet
