#include "freshet/core/decision_rules.h"

#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/learner.h"

using namespace freshet;

namespace {

ExampleBuffer example(std::vector<uint32_t> index, std::vector<float> value,
                      std::vector<Group> groups) {
  ExampleBuffer x;
  x.index = std::move(index);
  x.value = std::move(value);
  x.groups = std::move(groups);
  return x;
}

std::vector<uint32_t> keys(const ExampleBuffer& x) {
  std::vector<uint32_t> all;
  for (const Group& group : x.groups)
    all.push_back(group.key);
  return all;
}

}  // namespace

TEST_CASE("decisions: an action is joined group by group, a group that both have is one") {
  const ExampleBuffer shared = example({1, 2, 3}, {1, 2, 3}, {{'U', 0, 2}, {'C', 2, 3}});
  const ExampleBuffer action = example({4, 5}, {4, 5}, {{'A', 0, 1}, {'U', 1, 2}});
  ExampleBuffer joined;
  join_action(shared.view(), action.view(), joined);
  CHECK(joined.index == std::vector<uint32_t>{1, 2, 5, 3, 4});
  CHECK(joined.value == std::vector<float>{1, 2, 5, 3, 4});
  CHECK(keys(joined) == std::vector<uint32_t>{'U', 'C', 'A'});
  CHECK((joined.groups[0].begin == 0 && joined.groups[0].end == 3));
  CHECK((joined.groups[2].begin == 4 && joined.groups[2].end == 5));
}

TEST_CASE("decisions: features of no group are kept, words and columns too; no label is") {
  ExampleBuffer shared = example({1}, {1}, {});
  shared.dense = {7};
  shared.time_us = 12;
  ExampleBuffer action = example({4, 9}, {4, 9}, {{'A', 0, 1}});  // 9: a product behind the groups
  action.dense = {8};
  action.nominal = {20};
  action.category = {3};
  action.text = {{30, "words"}};
  action.label = {5};
  action.weight = 6;
  ExampleBuffer joined;
  join_action(shared.view(), action.view(), joined);
  CHECK(joined.dense == std::vector<float>{7, 8});
  CHECK(joined.index == std::vector<uint32_t>{1, 4, 9});
  CHECK(keys(joined) == std::vector<uint32_t>{'A'});
  CHECK((joined.groups[0].begin == 1 && joined.groups[0].end == 2));
  CHECK(joined.category == std::vector<uint32_t>{3});
  REQUIRE(joined.text.size() == 1);
  CHECK(joined.text[0].value == "words");
  CHECK(joined.label.empty());
  CHECK(joined.weight == 1);
  CHECK(joined.time_us == 12);
}

TEST_CASE("decisions: what can't be learned is refused, a value with its feature") {
  const float one = 1, infinite = std::numeric_limits<float>::infinity();
  const uint32_t index = 40;
  Example actions[2] = {{.numeric = {{&index, 1}, {&one, 1}}}, {}};
  Decision good{.actions = actions, .chosen = 1, .cost = -1, .probability = .5f};
  CHECK(check_decision(good).ok());
  actions[0].numeric.value = {&infinite, 1};
  CHECK(check_decision(good).at() == 40);
  actions[0].numeric.value = {&one, 1};
  for (const int32_t chosen : {-1, 2}) {
    Decision bad = good;
    bad.chosen = chosen;
    CHECK(check_decision(bad).code() == Code::invalid_argument);
  }
  for (const float probability : {0.f, 1.01f, infinite}) {
    Decision bad = good;
    bad.probability = probability;
    CHECK(check_decision(bad).code() == Code::invalid_argument);
  }
  Decision bad = good;
  bad.cost = infinite;
  CHECK(check_decision(bad).code() == Code::invalid_argument);
  bad = good;
  bad.actions = {};
  CHECK(check_decision(bad).code() == Code::invalid_argument);
}

TEST_CASE("decisions: an action is drawn as often as its probability says, one of 0 never") {
  const std::vector<float> p = {0, .25f, 0, .75f, 0};
  CHECK(draw_action(p, 0) == 1);
  CHECK(draw_action(p, .2499) == 1);
  CHECK(draw_action(p, .25) == 3);
  CHECK(draw_action(p, 1 - 0x1p-53) == 3);
  const std::vector<float> short_of_one = {.3f, .3f, .3f};  // thirds of what there is
  CHECK(draw_action(short_of_one, .33) == 0);
  CHECK(draw_action(short_of_one, .34) == 1);
  CHECK(draw_action(short_of_one, .999) == 2);
}

TEST_CASE("decisions: a block owns a copy of one") {
  const float one = 1;
  const uint32_t index[] = {40, 41};
  const Example actions[2] = {{.numeric = {{index, 1}, {&one, 1}}}, {}};
  const Decision decision{.shared = {.numeric = {{index + 1, 1}, {&one, 1}}},
                          .actions = actions,
                          .chosen = 1,
                          .cost = -1,
                          .probability = .5f};
  ExampleBlock block;
  block.append_decision(decision, "d1");
  REQUIRE(block.decisions().size() == 1);
  std::vector<Example> views;
  const Decision copy = block.decision(block.decisions()[0], views);
  CHECK(block.id(0) == "d1");
  CHECK(copy.shared.numeric.index[0] == 41);
  CHECK(copy.actions[0].numeric.index[0] == 40);
  CHECK(copy.actions[1].numeric.index.empty());
  CHECK((copy.chosen == 1 && copy.cost == -1 && copy.probability == .5f));
}
