#pragma once
/// One decision of a contextual bandit: shared features, one example per action, what was chosen
/// and what it cost.

#include <cstdint>
#include <span>

#include "freshet/core/example.h"

namespace freshet {

struct Decision {
  Example shared = {};
  std::span<const Example> actions = {};
  int32_t chosen = -1;    // index into `actions`; negative: not known yet
  float cost = 0;         // of the chosen action
  float probability = 1;  // with which it was chosen, in (0, 1]
};

}  // namespace freshet
