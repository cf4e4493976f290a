#pragma once
#include <span>

#include "freshet/core/component.h"

namespace freshet {

class Learner;

/// Every learner of learners.def, in its order: `Registry::learners`.
std::span<const Entry<Learner>* const> learner_entries() noexcept;

}  // namespace freshet
