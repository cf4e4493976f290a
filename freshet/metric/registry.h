#pragma once
#include <span>

#include "freshet/core/component.h"

namespace freshet {

class Metric;

/// Every metric of metrics.def, in its order: `Registry::metrics`.
std::span<const Entry<Metric>* const> metric_entries() noexcept;

}  // namespace freshet
