#pragma once
#include <span>

#include "freshet/optim/optimizer.h"

namespace freshet {

/// Every optimizer of optimizers.def, in its order.
std::span<const OptimizerEntry* const> optimizer_entries() noexcept;

}  // namespace freshet
