#include "freshet/metric/delayed_evaluation.h"

#include <algorithm>

#include "freshet/core/decision_rules.h"

namespace freshet {

int64_t DelayedEvaluation::now(int64_t time_us) const noexcept {
  return delay_.unit == Delay::Unit::time ? time_us : static_cast<int64_t>(arrivals_);
}

Status DelayedEvaluation::deliver_due(int64_t now) noexcept {
  while (!queue_.empty() && queue_.front().time <= now)
    FRESHET_TRY(deliver_first());
  return {};
}

/// A place for what arrives now; its predictions are empty.
DelayedEvaluation::Remembered& DelayedEvaluation::remember(int64_t now) noexcept {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.push_back(std::make_unique<Remembered>());
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  const int64_t last = INT64_MAX - delay_.amount;
  queue_.push_back({now > last ? INT64_MAX : now + delay_.amount, arrivals_++, slot});
  std::push_heap(queue_.begin(), queue_.end());
  slots_[slot]->asked.clear();
  return *slots_[slot];
}

Status DelayedEvaluation::arrive(const Example& x) noexcept {
  const int64_t at = now(x.time_us);
  FRESHET_TRY(deliver_due(at));
  if (const uint32_t bad = first_bad(x); bad != kNone)
    return {Code::invalid_argument, "evaluation: a value, the weight or the label is not finite",
            bad};
  FRESHET_TRY(model_.check(x));
  Remembered& kept = remember(at);
  kept.decision = nullptr;
  kept.x.assign(x);
  kept.predicted.assign(model_.outputs(), 0);
  if (!kept.predicted.empty()) model_.predict(x, kept.predicted);
  evaluation_.ask(x, kept.asked);
  newest_ = kept.predicted;
  return {};
}

Status DelayedEvaluation::arrive_decision(const Decision& decision) noexcept {
  const int64_t at = now(decision.shared.time_us);
  FRESHET_TRY(deliver_due(at));
  FRESHET_TRY(check_decision(decision));
  Remembered& kept = remember(at);
  if (kept.decision == nullptr) kept.decision = std::make_unique<ExampleBlock>();
  kept.decision->clear();
  kept.decision->append_decision(decision);
  kept.predicted.assign(decision.actions.size(), 0);
  model_.predict_decision(decision, kept.predicted);
  evaluation_.ask_decision(decision, kept.asked);
  newest_ = kept.predicted;
  return {};
}

Status DelayedEvaluation::deliver_first() noexcept {
  std::pop_heap(queue_.begin(), queue_.end());
  const uint32_t slot = queue_.back().slot;
  queue_.pop_back();
  free_.push_back(slot);
  const Remembered& kept = *slots_[slot];
  if (kept.decision != nullptr) {
    const Decision decision = kept.decision->decision(kept.decision->decisions()[0], actions_);
    FRESHET_TRY(model_.learn_decision(decision, {}));
    return evaluation_.deliver_decision(decision, kept.predicted, kept.asked);
  }
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
