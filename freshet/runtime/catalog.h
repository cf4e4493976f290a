#pragma once
/// Everything this build can make, for servers and the command line: the folders' registries and the demonstration
/// learners of runtime/demo/, joined.

#include "freshet/core/registry.h"

namespace freshet {

/// The same spans at each call; they live as long as the program. parallel: null is a plain loop; else it outlives what
/// is made with it.
Registry catalog(const kernel::Parallel* parallel = nullptr) noexcept;

}  // namespace freshet
