#pragma once
/// From the labels of one `feedback` to the block that its event carries: a row for each, with its id, label, weight, time.
///
/// Numbers of a regression, classes by name or number, of a decision its cost: a reward is the opposite of one.
/// Pure; any thread. Errors are `invalid_argument` and name the id: `labels: "a7": not a finite FP32`.

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/net/service.h"
#include "freshet/serve/examples.h"

namespace freshet {

/// out: empty. A class where a number is needed, a number that isn't finite, a third class for a binary model, weights of
/// decisions, and no label at all are refused.
Status read_late_labels(const Call& call, const InputForm& form, ExampleBlock& out) noexcept;

/// The ids of one `activate`, a row for each.
Status read_activated(const Call& call, const InputForm& form, ExampleBlock& out) noexcept;

}  // namespace freshet
