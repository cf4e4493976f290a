#include "freshet/optim/registry.h"

namespace freshet {

#define FRESHET_OPTIMIZER(name) extern const OptimizerEntry name##_optimizer_entry;
#include "freshet/optim/optimizers.def"
#undef FRESHET_OPTIMIZER

std::span<const OptimizerEntry* const> optimizer_entries() noexcept {
  static constexpr const OptimizerEntry* kAll[] = {
#define FRESHET_OPTIMIZER(name) &name##_optimizer_entry,
#include "freshet/optim/optimizers.def"
#undef FRESHET_OPTIMIZER
  };
  return kAll;
}

}  // namespace freshet
