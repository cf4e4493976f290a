/// A served model with everybody at it: doors that train, remember and label, readers, an administrator who pauses,
/// checkpoints and resets, the page that looks. For ThreadSanitizer, and for what must hold in the end: the log folded
/// again gives every checkpoint bit for bit.

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "freshet/runtime/clock.h"
#include "freshet/runtime/replay.h"
#include "freshet/runtime/test_model.h"

namespace freshet {
namespace {

using namespace testing;

constexpr int64_t kForNs = 500'000'000;

struct Crowd {
  ServedModel& model;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> failed{0}, reads{0}, trained{0};

  void expect(bool holds) noexcept { failed += !holds; }

  void train_on(uint32_t seed) {
    std::mt19937 draw(seed);
    while (!stop) {
      const float a = static_cast<float>(draw() % 8), b = static_cast<float>(draw() % 8);
      const TrainResult result = train(model, rows({{{a, b}, a > b ? "1" : "0"}}), draw() % 8 == 0 ? Ack::durable : Ack::applied);
      expect(result.status.ok() && result.accepted == 1);
      ++trained;
    }
  }

  void label_on(uint32_t seed) {
    for (uint32_t k = 0; !stop; ++k) {
      const std::string id = std::to_string(seed) + "/" + std::to_string(k);
      expect(remember(model, id, rows({{{1, 2}, ""}}), {0.5f}).status.ok());
      const FeedbackResult result = feedback(model, labels({{id, "1"}}));
      expect(result.status.ok() && result.results[0] == LabelStatus::applied);
    }
  }

  void read_on() {
    Lsn last = 0;
    while (!stop) {
      const ReadGuard now = model.read();
      const std::array<float, 2> values{1, 2};
      Example x;
      x.dense = values;
      std::array<float, 4> out{}, parts{};
      if (now.outputs() != 0) now.predict(x, std::span(out).first(now.outputs()));
      (void)now.learner().explain(x, std::span(parts).first(3));
      expect(now.lsn() >= last && out[0] >= 0 && out[0] <= 1 && now.staleness_us() >= 0);
      if (const auto id = now.schema().find("b")) expect(now.schema().name(*id) == "b");
      last = now.lsn();
      ++reads;
    }
  }

  void look_on() {
    while (!stop) {
      const ServedModelStatus status = model.status();
      expect(status.applied <= status.appended && status.reason.empty() == (status.state != TrainerState::paused));
      expect(model.scores() != nullptr);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void administer() {
    for (int k = 0; !stop; ++k) {
      if (k % 5 == 0) model.pause();
      if (k % 3 == 0) model.checkpoint([](CheckpointResult&&) noexcept {});
      const uint64_t waiter = model.when_published(model.status().appended + 1, [](const Status&) noexcept {});
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (k % 2 == 0) (void)model.cancel(waiter);
      model.resume();
      if (k % 40 == 20) (void)model.reset([](TrainResult&&) noexcept {});
    }
  }
};

void run(const std::string& spec) {
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", spec);
  options.keeps_log = true;
  options.checkpoint_every_us = 20'000;
  {
    auto model = ServedModel::open(options, threads, catalog());
    REQUIRE(model.ok());
    Crowd crowd{**model};
    std::vector<std::thread> all;
    for (uint32_t k = 0; k < 2; ++k) all.emplace_back([&, k] { crowd.train_on(k); });
    all.emplace_back([&] { crowd.label_on(9); });
    for (int k = 0; k < 2; ++k) all.emplace_back([&] { crowd.read_on(); });
    all.emplace_back([&] { crowd.look_on(); });
    all.emplace_back([&] { crowd.administer(); });
    std::this_thread::sleep_for(std::chrono::nanoseconds(kForNs));
    crowd.stop = true;
    for (auto& thread : all) thread.join();
    CHECK(crowd.failed == 0);
    CHECK(crowd.trained > 0);
    CHECK(crowd.reads > 0);
    CHECK((*model)->drain(30'000'000).ok());
  }
  ReplayOptions again;
  again.folder = folder / "m";
  again.spec = spec;
  again.verifies = true;
  auto replayed = replay(again, catalog());
  if (!replayed.ok()) FAIL(std::string(replayed.status().text()));
  CHECK(replayed->verified > 0);
}

TEST_CASE("races: a served snapshot model with everybody at it") { run("scale | logistic"); }
TEST_CASE("races: a served live model with everybody at it") { run("logistic(bits=12)"); }

}  // namespace
}  // namespace freshet
