#include "freshet/metric/delayed_evaluation.h"

#include <algorithm>

namespace freshet {

Status DelayedEvaluation::arrive(const Example& x) noexcept {
  const bool by_time = delay_.unit == Delay::Unit::time;
  const int64_t now = by_time ? x.time_us : static_cast<int64_t>(arrivals_);
  while (!queue_.empty() && queue_.front().time <= now)
    FRESHET_TRY(deliver_first());
  if (const uint32_t bad = first_bad(x); bad != kNone)
    return {Code::invalid_argument, "evaluation: a value, the weight or the label is not finite",
            bad};
  FRESHET_TRY(model_.check(x));
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.push_back(std::make_unique<Remembered>());
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  Remembered& kept = *slots_[slot];
  kept.x.assign(x);
  kept.predicted.assign(model_.outputs(), 0);
  if (!kept.predicted.empty()) model_.predict(x, kept.predicted);
  kept.asked.clear();
  evaluation_.ask(x, kept.asked);
  newest_ = kept.predicted;
  const int64_t last = INT64_MAX - delay_.amount;
  queue_.push_back({now > last ? INT64_MAX : now + delay_.amount, arrivals_++, slot});
  std::push_heap(queue_.begin(), queue_.end());
  return {};
}

Status DelayedEvaluation::deliver_first() noexcept {
  std::pop_heap(queue_.begin(), queue_.end());
  const uint32_t slot = queue_.back().slot;
  queue_.pop_back();
  free_.push_back(slot);
  const Remembered& kept = *slots_[slot];
  const Example x = kept.x.view();
  FRESHET_TRY(model_.learn(x, {}));
  return evaluation_.deliver(x, kept.predicted, kept.asked);
}

Status DelayedEvaluation::finish() noexcept {
  while (!queue_.empty())
    FRESHET_TRY(deliver_first());
  return {};
}

}  // namespace freshet
