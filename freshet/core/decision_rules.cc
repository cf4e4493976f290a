#include "freshet/core/decision_rules.h"

#include "freshet/base/bits.h"
#include "freshet/core/learner.h"

namespace freshet {
namespace {

void append(const Example& from, std::size_t begin, std::size_t end, ExampleBuffer& to) noexcept {
  for (std::size_t k = begin; k < end; k++) {
    to.index.push_back(from.numeric.index[k]);
    to.value.push_back(from.numeric.value[k]);
  }
}

/// Everything but numeric features of groups.
void append_ungrouped(const Example& x, ExampleBuffer& to) noexcept {
  to.dense.insert(to.dense.end(), x.dense.begin(), x.dense.end());
  to.nominal.insert(to.nominal.end(), x.nominal.index.begin(), x.nominal.index.end());
  to.category.insert(to.category.end(), x.nominal.category.begin(), x.nominal.category.end());
  to.text.insert(to.text.end(), x.text.begin(), x.text.end());
  if (x.groups.empty()) append(x, 0, x.numeric.index.size(), to);
}

/// Numeric features that no group holds, where there are groups: products that a transform has added.
void append_rest(const Example& x, ExampleBuffer& to) noexcept {
  std::size_t grouped = 0;
  for (const Group& group : x.groups)
    grouped += group.end - group.begin;
  if (x.groups.empty() || grouped >= x.numeric.index.size()) return;
  for (std::size_t k = 0; k < x.numeric.index.size(); k++) {
    bool has_group = false;
    for (const Group& group : x.groups)
      has_group = has_group || (k >= group.begin && k < group.end);
    if (!has_group) append(x, k, k + 1, to);
  }
}

/// What stands in `to` from `begin` on becomes a group.
void end_group(uint32_t key, std::size_t begin, ExampleBuffer& to) noexcept {
  to.groups.push_back({key, static_cast<uint32_t>(begin), static_cast<uint32_t>(to.index.size())});
}

bool has_group(const Example& x, uint32_t key) noexcept {
  for (const Group& group : x.groups)
    if (group.key == key) return true;
  return false;
}

}  // namespace

void join_action(const Example& shared, const Example& action, ExampleBuffer& to) noexcept {
  to.clear();
  to.time_us = shared.time_us;
  append_ungrouped(shared, to);
  append_ungrouped(action, to);
  for (const Group& group : shared.groups) {
    const std::size_t begin = to.index.size();
    append(shared, group.begin, group.end, to);
    for (const Group& own : action.groups)
      if (own.key == group.key) append(action, own.begin, own.end, to);
    end_group(group.key, begin, to);
  }
  for (const Group& own : action.groups) {
    if (has_group(shared, own.key)) continue;
    const std::size_t begin = to.index.size();
    append(action, own.begin, own.end, to);
    end_group(own.key, begin, to);
  }
  append_rest(shared, to);
  append_rest(action, to);
}

std::size_t draw_action(std::span<const float> probabilities, double u) noexcept {
  double all = 0, sum = 0;
  for (const float p : probabilities)
    all += static_cast<double>(p);
  std::size_t last = 0;
  for (std::size_t k = 0; k < probabilities.size(); k++) {
    if (!(probabilities[k] > 0)) continue;
    sum += static_cast<double>(probabilities[k]);
    last = k;
    if (u * all < sum) break;
  }
  return last;
}

Status check_decision(const Decision& decision) noexcept {
  const std::size_t actions = decision.actions.size();
  if (actions == 0)
    return {Code::invalid_argument, "decision: there are no actions; give a line for each"};
  if (decision.chosen < 0 || static_cast<std::size_t>(decision.chosen) >= actions)
    return {Code::invalid_argument,
            "decision: none of the actions is labelled as chosen; give one, or only predict"};
  if (!is_finite(decision.cost))
    return {Code::invalid_argument, "decision: the cost is not finite"};
  if (!(decision.probability > 0 && decision.probability <= 1))
    return {Code::invalid_argument, "decision: the probability is not above 0 and at most 1"};
  uint32_t bad = first_bad(decision.shared);
  for (std::size_t k = 0; k < actions && bad == kNone; k++)
    bad = first_bad(decision.actions[k]);
  if (bad == kNone) return {};
  return {Code::invalid_argument, "decision: a value is not finite; leave the feature out instead",
          bad};
}

}  // namespace freshet
