#pragma once
/// What everybody who handles decisions does alike: joins an action's example with what all actions share, and refuses
/// what can't be learned.

#include "freshet/base/status.h"
#include "freshet/core/decision.h"
#include "freshet/core/example_block.h"

namespace freshet {

/// The example of one action, the one that a model of costs sees: what all share, then its own; a group that both have
/// is one, features of no group come last. No label, weight 1, the shared time. Bytes of text are borrowed from both.
void join_action(const Example& shared, const Example& action, ExampleBuffer& to) noexcept;

/// `invalid_argument`, unless there are actions, one of them was chosen, its cost is finite, its probability above 0 and
/// at most 1, and every value is finite (else at() is the feature).
Status check_decision(const Decision& decision) noexcept;

/// Who acts draws: the first action at which the probabilities, summed in order, pass u of their whole sum; never one of
/// probability 0. u in [0, 1): from Philox, stream 0, event hash64(id of the decision). REQUIRES: one is above 0, none below.
std::size_t draw_action(std::span<const float> probabilities, double u) noexcept;

}  // namespace freshet
