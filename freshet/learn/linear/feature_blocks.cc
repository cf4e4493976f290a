#include "freshet/learn/linear/feature_blocks.h"

#include "freshet/core/example_block.h"

namespace freshet {
namespace {

constexpr uint32_t kOnlyGroup = 32;  // of features that have no namespace

bool is_ungrouped(const Example& x) noexcept {
  for (const Group& group : x.groups)
    if (group.key != kOnlyGroup && group.key != kInitialGroup) return false;
  return true;
}

}  // namespace

FeatureView flatten(const FeatureView& from, ExampleBuffer& to) noexcept {
  const Example& x = from.x;
  to.clear();
  const auto add = [&](uint32_t index, float value) {
    if (value == 0) return;
    to.index.push_back(index);
    to.value.push_back(value);
  };
  const auto place = [&] { return static_cast<uint32_t>(to.index.size()); };
  for (std::size_t k = 0; k < x.dense.size(); k++)
    add(static_cast<uint32_t>(k), x.dense[k]);
  std::vector<uint32_t>& places = to.nominal;  // where each numeric feature has gone
  for (std::size_t k = 0; k < x.numeric.index.size(); k++) {
    places.push_back(place());
    if (k < from.initial_begin || k >= from.initial_end)
      add(x.numeric.index[k], x.numeric.value[k]);
  }
  places.push_back(place());
  for (std::size_t k = 0; k < x.nominal.index.size(); k++)
    add(mix(x.nominal.index[k], x.nominal.category[k]), 1);
  if (is_ungrouped(x)) {
    to.groups.push_back({kOnlyGroup, 0, place()});
  } else {
    for (const Group& group : x.groups)
      if (group.key != kInitialGroup)
        to.groups.push_back({group.key, places[group.begin], places[group.end]});
  }
  FeatureView flat;
  flat.x = {.numeric = {to.index, to.value},
            .groups = to.groups,
            .label = x.label,
            .weight = x.weight,
            .time_us = x.time_us};
  flat.initial = from.initial;
  flat.is_large = from.is_large;
  return flat;
}

}  // namespace freshet
