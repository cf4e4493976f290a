#pragma once
#include <span>

#include "freshet/core/component.h"

namespace freshet {

class Transformer;

/// Every transform of transforms.def, in its order: `Registry::transforms`.
std::span<const Entry<Transformer>* const> transform_entries() noexcept;

}  // namespace freshet
