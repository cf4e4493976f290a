// Decisions in a served model: remembered with the action served, their costs by feedback, folded and replayed.
#include <chrono>
#include <cmath>
#include <thread>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/core/spec.h"
#include "freshet/metric/delayed_evaluation.h"
#include "freshet/runtime/replay.h"
#include "freshet/runtime/test_model.h"
#include "tests/support/soon.h"

namespace freshet {
namespace {

using namespace testing;

constexpr const char* kSpec =
    "hash(bits=10) | cb(model=vw(interactions=UA, bits=10), explore=squarecb)";

/// Decision k: user 0 or 1, two or three actions, and what was chosen, with no cost yet.
ExampleBlock scene(uint32_t k, int32_t chosen = -1, float probability = 1, float cost = 0) {
  Draws draws(3, 0, k);
  const uint32_t user = draws.below(2), count = 2 + draws.below(2);
  const float one = 1, warm = static_cast<float>(draws.uniform());
  const uint32_t user_index[] = {100 + user, 110};
  const float user_value[] = {one, warm};
  const Group user_group[] = {{'U', 0, 2}}, action_group[] = {{'A', 0, 1}};
  const uint32_t action_index[] = {7, 8, 9};
  Example actions[3];
  for (uint32_t a = 0; a < count; ++a)
    actions[a] = {.numeric = {{action_index + a, 1}, {&one, 1}}, .groups = action_group};
  ExampleBlock block;
  block.append_decision({.shared = {.numeric = {user_index, user_value}, .groups = user_group},
                         .actions = std::span(actions, count),
                         .chosen = chosen,
                         .cost = cost,
                         .probability = probability});
  return block;
}

uint32_t count_of(uint32_t k) {
  return scene(k).decisions()[0].count;
}
int32_t served(uint32_t k) {
  return static_cast<int32_t>(k % count_of(k));
}
float cost_of(uint32_t k) {
  return k % 3 == 0 ? -1.f : 0.f;
}

ExampleBlock costs(const std::vector<std::pair<std::string, float>>& all) {
  ExampleBlock block;
  for (const auto& [id, cost] : all) {
    block.begin();
    block.set_id(id);
    block.add_label(cost);
    block.finish();
  }
  return block;
}

std::unique_ptr<ServedModel> open(const std::string& folder, LogThreads& threads) {
  ServedModelOptions options = options_of(folder, kSpec);
  options.keeps_log = true;
  options.evaluation.metrics = {"ips", "snips", "dr(model=vw(bits=10))"};
  auto model = ServedModel::open(options, threads, catalog());
  if (!model.ok()) FAIL(std::string(model.status().text()));
  return std::move(*model);
}

RememberResult keep(ServedModel& model, uint32_t k) {
  std::vector<float> told(count_of(k), 1 / static_cast<float>(count_of(k)));
  return remember(model, "d" + std::to_string(k), scene(k, served(k), told[0]), told);
}

/// The same; it counts only once it is activated.
Status defer(ServedModel& model, uint32_t k) {
  RememberCall call;
  call.prediction.assign(count_of(k), 1 / static_cast<float>(count_of(k)));
  call.block = scene(k, served(k), call.prediction[0]);
  call.id = "d" + std::to_string(k);
  call.is_deferred = true;
  Answer<RememberResult> answer;
  Status submitted = model.remember(std::move(call), answer.callback());
  return submitted.ok() ? answer.get().status : std::move(submitted);
}

FeedbackResult activate(ServedModel& model, const std::vector<std::string>& ids) {
  ActivateCall call;
  for (const std::string& id : ids) {
    call.ids.begin();
    call.ids.set_id(id);
    call.ids.finish();
  }
  Answer<FeedbackResult> answer;
  if (Status submitted = model.activate(std::move(call), answer.callback()); !submitted.ok())
    FAIL(std::string(submitted.text()));
  return answer.get();
}

ReplayOptions replay_of(const std::string& folder) {
  ReplayOptions options;
  options.folder = folder;
  options.spec = kSpec;
  options.evaluation.metrics = {"ips", "snips", "dr(model=vw(bits=10))"};
  options.verifies = true;
  return options;
}

std::vector<float> ask(ServedModel& model, uint32_t k) {
  wait_published(model, model.status().applied);
  const ExampleBlock block = scene(k);
  std::vector<Example> actions;
  std::vector<float> out(count_of(k));
  model.read().learner().predict_decision(block.decision(block.decisions()[0], actions), out);
  return out;
}

}  // namespace

TEST_CASE(
    "decisions: remembered, their costs teach the action served with its probability; the first "
    "cost wins") {
  TestFolder folder;
  LogThreads threads;
  auto late = open(folder / "late", threads), at_once = open(folder / "once", threads);
  for (uint32_t k = 0; k < 40; ++k) {
    CHECK(keep(*late, k).status.ok());
    const FeedbackResult told = feedback(*late, costs({{"d" + std::to_string(k), cost_of(k)}}));
    CHECK(told.results == std::vector{LabelStatus::applied});
    const TrainResult taught =
        train(*at_once, scene(k, served(k), 1 / static_cast<float>(count_of(k)), cost_of(k)));
    CHECK(taught.accepted == 1);
    REQUIRE(taught.loss.size() == 1);
    CHECK(taught.loss[0] == told.loss[0]);
  }
  CHECK(feedback(*late, costs({{"d3", -5}, {"nobody", 0}})).results ==
        std::vector{LabelStatus::duplicate, LabelStatus::unknown_id});
  CHECK(ask(*late, 50) == ask(*at_once, 50));
  CHECK(ask(*late, 50) != ask(*open(folder / "new", threads), 50));
  CHECK(late->status().examples == 40);
}

TEST_CASE(
    "decisions: a deferred one counts only once it is activated, whichever comes first, that or "
    "its cost") {
  using enum LabelStatus;
  TestFolder folder;
  LogThreads threads;
  auto model = open(folder / "m", threads), at_once = open(folder / "once", threads);
  for (uint32_t k = 0; k < 4; ++k)
    CHECK(defer(*model, k).ok());
  CHECK(feedback(*model, costs({{"d0", -1}})).results == std::vector{pending});
  CHECK(feedback(*model, costs({{"d0", 7}})).results == std::vector{duplicate});
  CHECK(model->status().examples == 0);
  CHECK(ask(*model, 9) == ask(*at_once, 9));

  const FeedbackResult told = activate(*model, {"d0", "d1", "d1", "nobody"});
  CHECK(told.results == std::vector{applied, applied, duplicate, unknown_id});
  const float p0 = 1 / static_cast<float>(count_of(0)), p1 = 1 / static_cast<float>(count_of(1));
  const TrainResult taught = train(*at_once, scene(0, served(0), p0, -1));
  CHECK(told.loss[0] == taught.loss[0]);
  CHECK(std::isnan(told.loss[1]));  // its cost is still to come
  CHECK(model->status().examples == 1);
  CHECK(ask(*model, 9) == ask(*at_once, 9));

  CHECK(feedback(*model, costs({{"d1", 3}, {"d0", 3}})).results == std::vector{applied, duplicate});
  CHECK(train(*at_once, scene(1, served(1), p1, 3)).accepted == 1);
  CHECK(ask(*model, 9) == ask(*at_once, 9));
  CHECK(activate(*model, {"d0"}).results == std::vector{duplicate});
  CHECK(model->status().pending == 2);  // nobody acted upon the others
}

TEST_CASE(
    "decisions: deferred ones survive a stop, from the checkpoint and from the log; replay has the "
    "same bits") {
  using enum LabelStatus;
  TestFolder folder;
  LogThreads threads;
  for (uint32_t life = 0; life < 4; ++life) {
    auto model = open(folder / "m", threads);
    for (uint32_t k = 20 * life; k < 20 * life + 20; ++k) {
      CHECK(defer(*model, k).ok());
      if (k < 15)
        continue;  // the cost comes 10 decisions later, the activation 15; every third has none
      CHECK(feedback(*model, costs({{"d" + std::to_string(k - 10), cost_of(k - 10)}})).results ==
            std::vector{pending});
      if (k % 3 == 0 || k < 20) continue;
      const FeedbackResult told = activate(*model, {"d" + std::to_string(k - 15)});
      CHECK(told.results == std::vector{applied});
      if (k % 7 == 0) CHECK(checkpoint(*model).status.ok());
    }
    if (life % 2 == 1) CHECK(model->drain(10'000'000).ok());
  }
  const auto all = replay(replay_of(folder / "m"), catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->verified >= 4);
  CHECK(all->skipped_notes == 0);
  CHECK(all->counts.examples == 40);
}

TEST_CASE(
    "decisions: a deferred one that nobody activates in time teaches nothing, not even silence") {
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", kSpec);
  options.silence = {.after_us = 1, .cost = 2};
  auto model = ServedModel::open(options, threads, catalog());
  REQUIRE(model.ok());
  options.silence.after_us = 60'000'000;
  options.folder = folder / "patient";
  auto patient = ServedModel::open(options, threads, catalog());
  REQUIRE(patient.ok());
  CHECK(defer(**model, 0).ok());
  std::this_thread::sleep_for(std::chrono::microseconds(20));
  CHECK(activate(**model, {"d0"}).results == std::vector{LabelStatus::expired});
  CHECK(feedback(**model, costs({{"d0", 1}})).results == std::vector{LabelStatus::expired});
  CHECK((*model)->status().examples == 0);
  CHECK((*model)->status().expired == 1);
  CHECK(defer(**patient, 0).ok());
  CHECK(activate(**patient, {"d0"}).results == std::vector{LabelStatus::applied});
  CHECK((*patient)->status().pending == 1);

  auto linear = ServedModel::open(options_of(folder / "numbers", "linear"), threads, catalog());
  REQUIRE(linear.ok());
  RememberCall row;
  row.block = rows({{{1, 2}, ""}});
  row.id = "row";
  row.is_deferred = true;
  CHECK((*linear)->remember(std::move(row), [](RememberResult&&) noexcept {}).code() ==
        Code::invalid_argument);
}

TEST_CASE(
    "decisions: a pending one survives a stop, from the checkpoint and from the log; replay has "
    "the same bits") {
  TestFolder folder;
  LogThreads threads;
  for (int life = 0; life < 3; ++life) {
    auto model = open(folder / "m", threads);
    const auto first = static_cast<uint32_t>(60 * life);
    for (uint32_t k = first; k < first + 60; ++k) {
      CHECK(keep(*model, k).status.ok());
      if (k % 20 == 9) CHECK(checkpoint(*model).status.ok());
      if (k < 25) continue;  // each cost is known 25 decisions later, also across a stop
      const FeedbackResult told =
          feedback(*model, costs({{"d" + std::to_string(k - 25), cost_of(k - 25)}}));
      CHECK(told.results == std::vector{LabelStatus::applied});
    }
    if (life == 1) CHECK(model->drain(10'000'000).ok());
  }
  auto all = replay(replay_of(folder / "m"), catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->verified >= 9);
  CHECK(all->skipped_notes == 0);

  // The scores are those of an evaluation with that delay, where nothing ever stopped.
  auto policy = make_learner(kSpec, catalog());
  REQUIRE(policy.ok());
  auto scored = Evaluation::make(Label::decision, replay_of("").evaluation, catalog());
  REQUIRE(scored.ok());
  std::vector<Example> actions;
  DelayedEvaluation delayed(**policy, **scored, {.amount = 26});
  for (uint32_t k = 0; k < 180; ++k) {
    const ExampleBlock block = scene(k, served(k), 1 / static_cast<float>(count_of(k)), cost_of(k));
    REQUIRE(delayed.arrive_decision(block.decision(block.decisions()[0], actions)).ok());
  }
  auto model = open(folder / "m", threads);
  REQUIRE(feedback(*model, costs({{"d155", cost_of(155)}})).status.ok());
  for (uint32_t k = 156; k < 180; ++k)
    REQUIRE(feedback(*model, costs({{"d" + std::to_string(k), cost_of(k)}})).status.ok());
  REQUIRE(delayed.finish().ok());
  CHECK(checkpoint(*model).status.ok());
  model = nullptr;
  model = open(folder / "m", threads);  // the scores are drawn up anew
  const auto scores = model->scores();
  CHECK(scores->scored == 180);
  for (std::size_t m = 0; m < 3; ++m)
    CHECK(scores->metrics[m].all == (*scored)->score(0, m).all);
}

TEST_CASE(
    "decisions: the same request under the same id is told the same, whatever would be drawn now") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(folder / "m", threads);
  CHECK(
      remember(*model, "d", scene(1, 1, .25f), std::vector<float>(count_of(1), .25f)).status.ok());
  const RememberResult again =
      remember(*model, "d", scene(1, 0, .75f), std::vector<float>(count_of(1), .75f));
  CHECK(again.duplicate);
  CHECK(again.prediction == std::vector<float>(count_of(1), .25f));
  CHECK(
      remember(*model, "d", scene(2, 0, .5f), std::vector<float>(count_of(2), .5f)).status.code() ==
      Code::conflict);
}

TEST_CASE(
    "decisions: silence has its cost, learned when the next event says that time is over, in a "
    "replay too") {
  TestFolder folder;
  LogThreads threads;
  const auto open_silent = [&] {
    ServedModelOptions options = options_of(folder / "m", kSpec);
    options.keeps_log = true;
    options.silence = {.after_us = 1, .cost = 2};
    auto model = ServedModel::open(options, threads, catalog());
    REQUIRE(model.ok());
    return std::move(*model);
  };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::microseconds(20)); };
  auto at_once = open(folder / "once", threads);
  {
    auto model = open_silent();
    for (uint32_t k = 0; k < 20; ++k) {
      pause();
      CHECK(keep(*model, k).status.ok());
      if (k % 5 == 4) CHECK(checkpoint(*model).status.ok());
      if (k == 0) continue;
      const float p = 1 / static_cast<float>(count_of(k - 1));
      CHECK(train(*at_once, scene(k - 1, served(k - 1), p, 2)).accepted == 1);
    }
    pause();
    // The time of this event ends the last one, too.
    CHECK(feedback(*model, costs({{"d7", -1}, {"d19", -1}})).results ==
          std::vector{LabelStatus::expired, LabelStatus::expired});
    const float p = 1 / static_cast<float>(count_of(19));
    CHECK(train(*at_once, scene(19, served(19), p, 2)).accepted == 1);
    CHECK(model->status().examples == 20);
    CHECK(model->status().pending == 0);
    CHECK(model->status().expired == 20);
    CHECK(ask(*model, 40) == ask(*at_once, 40));
    CHECK(checkpoint(*model).status.ok());
  }
  ReplayOptions options = replay_of(folder / "m");
  options.evaluation = {};
  options.silence = {.after_us = 1, .cost = 2};
  auto all = replay(options, catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->verified >= 4);
  options.silence.cost = 1;
  CHECK(replay(options, catalog()).status().code() == Code::corrupt);
}

TEST_CASE("decisions: where no event comes a tick ends what is over, and then the log is quiet") {
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", kSpec);
  options.keeps_log = true;
  options.silence = {.after_us = 50'000, .cost = 2};
  auto model = ServedModel::open(options, threads, catalog());
  REQUIRE(model.ok());
  auto patient = open(folder / "patient", threads);  // a day: nothing of it will be over here
  CHECK(keep(*patient, 0).status.ok());
  for (uint32_t k = 0; k < 3; ++k)
    CHECK(keep(**model, k).status.ok());
  CHECK(soon([&] { return (*model)->status().examples == 3; }));
  CHECK((*model)->status().pending == 0);

  // The sync of what was appended may be told by one tick more, and that is all.
  std::this_thread::sleep_for(std::chrono::milliseconds(2300));
  const Lsn end = (*model)->status().appended;
  CHECK(end <= 8);
  CHECK(patient->status().appended <= 2);
  CHECK(patient->status().pending == 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(1300));
  CHECK((*model)->status().appended == end);

  CHECK(checkpoint(**model).status.ok());
  *model = nullptr;
  ReplayOptions again = replay_of(folder / "m");
  again.evaluation = {};
  again.silence = options.silence;
  const auto all = replay(again, catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->counts.examples == 3);
  CHECK(all->verified >= 1);
}

TEST_CASE("decisions: garbage is refused, and what another kind of model was sent is skipped") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(folder / "m", threads);
  const auto refused = [&](ExampleBlock block, std::vector<float> told) {
    return remember(*model, "g", std::move(block), std::move(told)).status.code() ==
           Code::invalid_argument;
  };
  CHECK(refused(scene(1), std::vector<float>(count_of(1), .5f)));  // nothing chosen
  CHECK(refused(scene(1, 0, .5f), {.5f}));
  ExampleBlock two = scene(1, 0, .5f);
  std::vector<Example> actions;
  const ExampleBlock other = scene(2, 0, .5f);
  two.append_decision(other.decision(other.decisions()[0], actions));
  CHECK(refused(std::move(two), std::vector<float>(count_of(1), .5f)));
  CHECK(model->status().appended == 0);

  CHECK(train(*model, numbers({{{1, 2}, 3}})).skipped == 1);  // a row is no decision
  CHECK(remember(*model, "row", rows({{{1, 2}, ""}})).status.ok());
  CHECK(feedback(*model, costs({{"row", 1}})).results == std::vector{LabelStatus::unknown_id});
  CHECK(train(*model, scene(1)).skipped == 1);  // nothing chosen
  CHECK(model->status().examples == 0);

  ServedModelOptions options = options_of(folder / "numbers", "linear");
  auto linear = ServedModel::open(options, threads, catalog());
  REQUIRE(linear.ok());
  CHECK(train(**linear, scene(1, 0, .5f, 1)).skipped == 1);
  CHECK(
      remember(**linear, "d", scene(1, 0, .5f), std::vector<float>(count_of(1), .5f)).status.ok());
  CHECK(feedback(**linear, costs({{"d", 1}})).results == std::vector{LabelStatus::unknown_id});
}

}  // namespace freshet
