#include "freshet/runtime/replay.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "freshet/runtime/test_model.h"

namespace freshet {
namespace {

using namespace testing;

constexpr const char* kSpec = "scale | logistic";

// A stream with everything in it: rows, refused rows, late labels, a reset, checkpoints, restarts.
void live(const std::string& folder, LogThreads& threads, bool keeps_log = true) {
  for (int life = 0; life < 3; ++life) {
    ServedModelOptions options = options_of(folder, kSpec);
    options.keeps_log = keeps_log;
    auto model = ServedModel::open(options, threads, catalog());
    REQUIRE(model.ok());
    for (int k = 0; k < 30; ++k) {
      const float a = static_cast<float>(k % 7), b = static_cast<float>(life);
      const std::string id = std::to_string(life) + "/" + std::to_string(k);
      CHECK(train(**model, rows({{{a, b}, a > 3 ? "1" : "0"}, {{a, 1}, k % 5 == 0 ? "" : "1"}})).status.ok());
      if (k % 3 == 0) CHECK(remember(**model, id, rows({{{b, a}, ""}}), {0.5f}).status.ok());
      if (k % 6 == 0) CHECK(feedback(**model, labels({{id, "1"}, {"nobody", "0"}})).status.ok());
      if (k == 10 && life == 1) {
        Answer<TrainResult> done;
        CHECK((*model)->reset(done.callback()).ok());
        CHECK(done.get().status.ok());
      }
      if (k % 10 == 9) CHECK(checkpoint(**model).status.ok());
    }
    if (life == 1) CHECK((*model)->drain(10'000'000).ok());
  }
}

ReplayOptions replay_of(const std::string& folder) {
  ReplayOptions options;
  options.folder = folder;
  options.spec = kSpec;
  return options;
}

TEST_CASE("replay: from the start it reproduces every checkpoint bit for bit") {
  TestFolder folder;
  LogThreads threads;
  live(folder / "m", threads);
  ReplayOptions options = replay_of(folder / "m");
  options.verifies = true;
  auto all = replay(options, catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->verified >= 9);
  CHECK(all->skipped_notes == 0);
  CHECK(all->from == 0);

  // From any checkpoint on: the same bytes.
  const CheckpointStore store(folder / "m/slots/champion");
  const std::vector<Lsn> kept = *store.list();
  CHECK(kept.size() >= 5);
  for (const Lsn lsn : kept) {
    ReplayOptions later = replay_of(folder / "m");
    later.from = lsn;
    auto rest = replay(later, catalog());
    REQUIRE(rest.ok());
    CHECK(rest->from == lsn);
    CHECK(rest->bytes == all->bytes);
  }
}

TEST_CASE("replay: checkpoints of a live table, written while it is trained, are those of their LSN") {
  constexpr const char* kLiveSpec = "hash(bits=16) | logistic(bits=16)";
  TestFolder folder;
  LogThreads threads;
  {
    ServedModelOptions options = options_of(folder / "m", kLiveSpec);
    options.keeps_log = true;
    options.checkpoint_every_events = 40;
    auto model = ServedModel::open(options, threads, catalog());
    REQUIRE(model.ok());
    REQUIRE((*model)->model().mode() == Publication::Mode::live);
    for (int k = 0; k < 600; ++k) {
      std::vector<Row> some;
      for (int row = 0; row < 50; ++row)
        some.push_back({{static_cast<float>((k * 50 + row) % 997), static_cast<float>(row % 7)}, row % 3 == 0 ? "1" : "0"});
      TrainCall call;
      call.block = rows(some);
      call.ack = Ack::queued;
      CHECK((*model)->train(std::move(call), [](TrainResult&&) noexcept {}).ok());
      if (k == 300) CHECK((*model)->reset([](TrainResult&&) noexcept {}).ok());
    }
    CHECK((*model)->drain(30'000'000).ok());
  }
  ReplayOptions options = replay_of(folder / "m");
  options.spec = kLiveSpec;
  options.verifies = true;
  auto all = replay(options, catalog());
  if (!all.ok()) FAIL(std::string(all.status().text()));
  CHECK(all->verified >= 3);
  CHECK(all->counts.examples == 30'000);
}

TEST_CASE("replay: to an LSN gives the state of that moment") {
  TestFolder folder;
  LogThreads threads;
  live(folder / "m", threads);
  const std::vector<Lsn> kept = *CheckpointStore(folder / "m/slots/champion").list();
  ReplayOptions options = replay_of(folder / "m");
  options.to = kept.back();
  auto then = replay(options, catalog());
  REQUIRE(then.ok());
  CHECK(then->counts.lsn == kept.back());
  options.from = kept.back();
  CHECK(replay(options, catalog())->state_crc == then->state_crc);
}

TEST_CASE("replay: a checkpoint that isn't what its log gives is found") {
  TestFolder folder;
  LogThreads threads;
  live(folder / "m", threads);
  ReplayOptions options = replay_of(folder / "m");
  options.verifies = true;
  options.pending.ttl_us = 1;  // as if the fold had been another
  auto wrong = replay(options, catalog());
  CHECK(wrong.status().code() == Code::corrupt);
  CHECK(wrong.status().text().find("checkpoint at") != std::string_view::npos);
}

TEST_CASE("replay: where the log's beginning is gone, from a checkpoint only") {
  TestFolder folder;
  LogThreads threads;
  live(folder / "m", threads, false);
  ReplayOptions options = replay_of(folder / "m");
  options.verifies = true;
  auto start = replay(options, catalog());
  REQUIRE(start.ok());
  CHECK(start->from != 0);
  CHECK(start->verified >= 2);
  options.from = ~Lsn{0};
  CHECK(replay(options, catalog())->bytes == start->bytes);
  options.from = 1;  // no checkpoint is so old
  auto early = replay(options, catalog());
  CHECK(early.status().code() == Code::corrupt);
  CHECK(early.status().text().find("missing") != std::string_view::npos);
}

TEST_CASE("replay: says what is missing") {
  TestFolder folder;
  CHECK(!replay(replay_of(folder / "nothing"), catalog()).ok());
}

}  // namespace
}  // namespace freshet
