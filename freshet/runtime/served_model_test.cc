#include "freshet/runtime/served_model.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <thread>

#include "freshet/runtime/replay_mark.h"
#include "freshet/runtime/test_model.h"

namespace freshet {
namespace {

using namespace testing;

constexpr const char* kSpec = "scale | logistic";

std::unique_ptr<ServedModel> open(const ServedModelOptions& options, LogThreads& threads) {
  auto model = ServedModel::open(options, threads, catalog());
  if (!model.ok()) FAIL(std::string(model.status().text()));
  return *std::move(model);
}

float ask(ServedModel& model, std::vector<float> values) {
  const ReadGuard now = model.read();
  std::vector<float> out(now.outputs());
  Example x;
  x.dense = values;
  now.predict(x, out);
  return out.empty() ? -1 : out[0];
}

void teach(ServedModel& model, int events) {
  for (int k = 0; k < events; ++k) {
    const float a = static_cast<float>(k % 7), b = static_cast<float>(k % 3);
    const TrainResult taught = train(model, rows({{{a, b}, a > b + 2 ? "1" : "0"}, {{b, a}, "0"}}));
    REQUIRE(taught.status.ok());
  }
}

std::vector<std::filesystem::path> files(const std::string& folder, const std::string& ending) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ending) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("served model: a training call is learned, scored before, and seen by readers") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  const TrainResult first = train(*model, rows({{{1, 2}, "1"}, {{3, 4}, "0"}}));
  CHECK(first.status.ok());
  CHECK(first.lsn == 1);
  CHECK(first.accepted == 2);
  CHECK(first.outputs == 1);
  REQUIRE(first.loss.size() == 2);
  CHECK(first.loss[0] == doctest::Approx(0.693147));
  wait_published(*model, 1);
  CHECK(model->read().lsn() == 1);
  CHECK(model->read().staleness_us() == 0);
  CHECK(model->schema().find("b") == 1);
  CHECK(ask(*model, {1, 2}) > ask(*model, {3, 4}));
  const ServedModelStatus status = model->status();
  CHECK(status.state == TrainerState::learning);
  CHECK(status.examples == 2);
  CHECK(status.appended == 1);
}

TEST_CASE("served model: acks queued, applied and durable") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  CHECK(train(*model, rows({{{1, 2}, "1"}}), Ack::queued).lsn == 0);
  const TrainResult durable = train(*model, rows({{{1, 2}, "1"}}), Ack::durable);
  CHECK(durable.lsn == 2);
  CHECK(model->status().durable >= 2);
}

TEST_CASE("served model: what the learner refuses is skipped, counted and told, and the rest is learned") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const TrainResult mixed = train(*model, rows({{{1, 2}, "1"}, {{nan, 2}, "0"}, {{3, 4}, ""}, {{3, 4}, "0"}}));
  CHECK(mixed.status.ok());
  CHECK(mixed.accepted == 2);
  CHECK(mixed.skipped == 2);
  CHECK(mixed.first_skip.code() == Code::invalid_argument);
  CHECK(mixed.first_skip.at() == 1);
  CHECK(model->status().skipped == 2);
}

TEST_CASE("served model: garbage calls are refused and leave nothing") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  CHECK(train(*model, ExampleBlock()).status.code() == Code::invalid_argument);
  CHECK(remember(*model, "", rows({{{1}, ""}})).status.code() == Code::invalid_argument);
  CHECK(remember(*model, std::string(65, 'x'), rows({{{1}, ""}})).status.code() == Code::invalid_argument);
  CHECK(remember(*model, "two", rows({{{1}, ""}, {{2}, ""}})).status.code() == Code::invalid_argument);
  CHECK(model->status().appended == 0);
  CHECK(!ServedModel::open(options_of(folder / "n", "logistik"), threads, catalog()).ok());
  CHECK(!std::filesystem::exists(folder / "n"));
}

TEST_CASE("served model: stopped and started again it has the same bits, with and without a checkpoint") {
  TestFolder folder;
  LogThreads threads;
  float predicted = 0;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    teach(*model, 20);
    CHECK(checkpoint(*model).lsn == 20);
    teach(*model, 20);
    wait_published(*model, model->status().applied);
    predicted = ask(*model, {5, 1});
  }  // no drain: as if it had been killed, the second half is only in the log
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    wait_published(*model, model->status().appended);
    CHECK(ask(*model, {5, 1}) == predicted);
    CHECK(checkpoint(*model).status.ok());
  }
  std::filesystem::remove_all(folder / "m/slots");
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    CHECK(model->status().examples <= 80);
    wait_published(*model, model->status().appended);
    CHECK(ask(*model, {5, 1}) == predicted);
    CHECK(model->status().examples == 80);
  }
}

TEST_CASE("served model: an event that ended the process in three starts is left out, and predictions go on") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    for (int k = 0; k < 8; ++k) CHECK(train(*model, rows({{{1, static_cast<float>(k)}, k % 2 == 0 ? "a" : "b"}})).status.ok());
  }
  for (int k = 0; k < 3; ++k) {
    auto mark = ReplayMark::open(folder / "m/replaying");
    REQUIRE(mark.ok());
    CHECK(mark->begin(5).ok());
  }
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    while (model->status().state != TrainerState::stopped) std::this_thread::yield();
    CHECK(model->status().reason.find("event 5 ended the process") != std::string::npos);
    CHECK(model->status().applied == 4);
    CHECK(model->read().outputs() == 1);
    CHECK(train(*model, rows({{{1, 1}, "a"}})).status.code() == Code::unavailable);
  }
  std::filesystem::remove(folder / "m/replaying");
  auto model = open(options_of(folder / "m", kSpec), threads);
  while (model->status().applied < 8) std::this_thread::yield();
  CHECK(train(*model, rows({{{1, 1}, "a"}})).status.ok());
  CHECK(!std::filesystem::exists(folder / "m/replaying"));
}

TEST_CASE("served model: a damaged checkpoint is said, and the one before is used") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    teach(*model, 5);
    CHECK(checkpoint(*model).status.ok());
    teach(*model, 5);
    CHECK(checkpoint(*model).status.ok());
    CHECK(model->drain(10'000'000).ok());
  }
  const auto all = files(folder / "m", ".ckpt");
  REQUIRE(all.size() == 2);
  std::filesystem::resize_file(all[1], 1000);
  auto model = open(options_of(folder / "m", kSpec), threads);
  REQUIRE(!model->remarks().empty());
  CHECK(model->remarks()[0].find(all[1].filename().string()) != std::string::npos);
  wait_published(*model, model->status().appended);
  CHECK(model->status().examples == 20);
}

TEST_CASE("served model: another spec for the same folder is a conflict that names both") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    teach(*model, 1);
    CHECK(model->drain(10'000'000).ok());
  }
  auto other = ServedModel::open(options_of(folder / "m", "logistic"), threads, catalog());
  CHECK(other.status().code() == Code::conflict);
  CHECK(other.status().text().find("scale | logistic") != std::string_view::npos);
}

TEST_CASE("lease: a folder has one writer; the next has a higher token") {
  TestFolder folder;
  LogThreads threads;
  uint64_t token = 0;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    token = model->token();
    CHECK(ServedModel::open(options_of(folder / "m", kSpec), threads, catalog()).status().code() == Code::conflict);
  }
  CHECK(open(options_of(folder / "m", kSpec), threads)->token() > token);
}

TEST_CASE("served model: a call sent twice with its dedup id is learned once, also after a restart") {
  TestFolder folder;
  LogThreads threads;
  const auto send = [](ServedModel& model, uint8_t id, Ack ack) {
    TrainCall call;
    call.block = rows({{{1, 2}, "1"}});
    call.ack = ack;
    call.dedup = DedupId{};
    (*call.dedup)[0] = std::byte{id};
    Answer<TrainResult> answer;
    REQUIRE(model.train(std::move(call), answer.callback()).ok());
    return answer.get();
  };
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    CHECK(send(*model, 1, Ack::applied).lsn == 1);
    const TrainResult again = send(*model, 1, Ack::durable);
    CHECK(again.duplicate);
    CHECK(again.lsn == 1);
    CHECK(send(*model, 2, Ack::applied).lsn == 2);
    CHECK(checkpoint(*model).status.ok());
  }
  auto model = open(options_of(folder / "m", kSpec), threads);
  CHECK(send(*model, 2, Ack::applied).duplicate);
  CHECK(model->status().examples == 2);
}

TEST_CASE("served model: a source's offsets are taken in order") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  const auto send = [&](uint64_t first, uint64_t last) {
    TrainCall call;
    call.block = rows({{{1, 2}, "1"}});
    call.source = "feed";
    call.first_offset = first;
    call.last_offset = last;
    Answer<TrainResult> answer;
    REQUIRE(model->train(std::move(call), answer.callback()).ok());
    return answer.get();
  };
  CHECK(send(0, 9).status.ok());
  CHECK(send(0, 9).duplicate);
  CHECK(send(20, 29).status.code() == Code::conflict);
  CHECK(send(10, 19).status.ok());
  CHECK(model->source_mark("feed", 0) == 20);
}

TEST_CASE("feedback: the remembered features are learned with the label, the first one wins") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  teach(*model, 3);
  const RememberResult told = remember(*model, "r1", rows({{{2, 5}, ""}}), {0.25f});
  CHECK(told.status.ok());
  CHECK(told.lsn == 4);
  const RememberResult again = remember(*model, "r1", rows({{{2, 5}, ""}}), {0.75f});
  CHECK(again.duplicate);
  CHECK(again.prediction == std::vector<float>{0.25f});
  CHECK(remember(*model, "r1", rows({{{2, 6}, ""}})).status.code() == Code::conflict);
  const FeedbackResult labelled = feedback(*model, labels({{"r1", "1"}, {"r2", "1"}}));
  REQUIRE(labelled.results.size() == 2);
  CHECK(labelled.results[0] == LabelStatus::applied);
  CHECK(labelled.results[1] == LabelStatus::unknown_id);
  CHECK(labelled.loss[0] > 0);
  CHECK(feedback(*model, labels({{"r1", "0"}})).results[0] == LabelStatus::duplicate);
  CHECK(remember(*model, "r1", rows({{{2, 5}, ""}})).status.code() == Code::conflict);
  CHECK(model->status().examples == 7);
  CHECK(model->status().pending == 0);
  CHECK(feedback(*model, labels({{"r9", "0"}}), Ack::queued).results[0] == LabelStatus::pending);
}

TEST_CASE("feedback: pending predictions survive a restart, from the checkpoint and from the log") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    CHECK(remember(*model, "in checkpoint", rows({{{1, 2}, ""}})).status.ok());
    teach(*model, 1);
    CHECK(checkpoint(*model).status.ok());
    CHECK(remember(*model, "in log", rows({{{1, 2}, ""}})).status.ok());
  }
  auto model = open(options_of(folder / "m", kSpec), threads);
  const FeedbackResult labelled = feedback(*model, labels({{"in checkpoint", "1"}, {"in log", "0"}}));
  CHECK(labelled.results == std::vector{LabelStatus::applied, LabelStatus::applied});
  CHECK(model->status().examples == 4);
}

TEST_CASE("feedback: learning late equals learning at once what was remembered") {
  TestFolder folder;
  LogThreads threads;
  auto late = open(options_of(folder / "late", kSpec), threads);
  auto at_once = open(options_of(folder / "once", kSpec), threads);
  for (int k = 0; k < 10; ++k) {
    const float a = static_cast<float>(k);
    const std::string seen = k % 2 == 0 ? "1" : "0", id = "id" + std::to_string(k);
    CHECK(remember(*late, id, rows({{{a, 1}, ""}})).status.ok());
    CHECK(feedback(*late, labels({{id, seen}})).results[0] == LabelStatus::applied);
    CHECK(train(*at_once, rows({{{a, 1}, seen}})).status.ok());
  }
  wait_published(*late, late->status().applied);
  wait_published(*at_once, at_once->status().applied);
  CHECK(ask(*late, {3, 1}) == ask(*at_once, {3, 1}));
}

TEST_CASE("served model: reset forgets what was learned, here and in every replay") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    teach(*model, 5);
    Answer<TrainResult> answer;
    CHECK(model->reset(answer.callback()).ok());
    const TrainResult done = answer.get();
    CHECK(done.lsn == 6);
    wait_published(*model, 6);
    CHECK(ask(*model, {5, 1}) == 0.5f);
    teach(*model, 1);
  }
  auto model = open(options_of(folder / "m", kSpec), threads);
  wait_published(*model, model->status().appended);
  auto fresh = open(options_of(folder / "f", kSpec), threads);
  teach(*fresh, 1);
  wait_published(*fresh, 1);
  CHECK(ask(*model, {5, 1}) == ask(*fresh, {5, 1}));
}

TEST_CASE("stalled: a stopped trainer does not stop predictions nor appends") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  teach(*model, 3);
  wait_published(*model, 3);
  model->pause();
  TrainCall call;
  call.block = rows({{{1, 2}, "1"}});
  Answer<TrainResult> waiting;
  CHECK(model->train(std::move(call), waiting.callback()).ok());
  CHECK(!waiting.is_there(50));
  CHECK(model->status().state == TrainerState::paused);
  CHECK(ask(*model, {1, 2}) > 0);
  CHECK(model->read().lsn() == 3);
  CHECK(model->read().staleness_us() > 0);
  CHECK(checkpoint(*model).lsn == 3);
  model->resume();
  CHECK(waiting.get().lsn == 4);
}

TEST_CASE("stalled: a reader that never lets go does not stop training") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  {
    const ReadGuard stalled = model->read();
    teach(*model, 30);
    CHECK(model->status().publications_skipped > 0);
    CHECK(stalled.lsn() == 0);
  }
  wait_published(*model, 30);
  CHECK(model->read().lsn() == 30);
}

TEST_CASE("served model: beyond the backlog a paused model refuses, and takes again when it goes on") {
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", kSpec);
  options.max_backlog = 4096;
  auto model = open(options, threads);
  model->pause();
  Status last;
  for (int k = 0; k < 200 && last.ok(); ++k) {
    TrainCall call;
    call.block = rows({{{1, 2}, "1"}});
    call.ack = Ack::queued;
    last = model->train(std::move(call), [](TrainResult&&) noexcept {});
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(last.code() == Code::exhausted);
  model->resume();
  for (int k = 0; k < 1000 && !train(*model, rows({{{1, 2}, "1"}})).status.ok(); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(model->status().staleness_us < 5'000'000);
}

TEST_CASE("drain: what was admitted is learned and in the checkpoint; later calls are refused") {
  TestFolder folder;
  LogThreads threads;
  auto model = open(options_of(folder / "m", kSpec), threads);
  for (int k = 0; k < 500; ++k) {
    TrainCall call;
    call.block = rows({{{1, 2}, "1"}});
    call.ack = Ack::queued;
    REQUIRE(model->train(std::move(call), [](TrainResult&&) noexcept {}).ok());
  }
  CHECK(model->drain(30'000'000).ok());
  CHECK(model->status().examples == 500);
  CHECK(model->status().checkpoint >= 500);
  CHECK(train(*model, rows({{{1, 2}, "1"}})).status.code() == Code::unavailable);
  CHECK(ask(*model, {1, 2}) > 0.5f);
}

TEST_CASE("drain: without time it says so, and the next start learns the rest") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", "oml_dummy(train_delay_s=0.3)"), threads);
    Answer<TrainResult> answers[3];
    for (auto& answer : answers) {
      TrainCall call;
      call.block = rows({{{2}, ""}});
      REQUIRE(model->train(std::move(call), answer.callback()).ok());
    }
    CHECK(model->drain(100'000).code() == Code::deadline);
    CHECK(answers[2].get().status.code() == Code::unavailable);
  }
  auto model = open(options_of(folder / "m", "oml_dummy(train_delay_s=0.3)"), threads);
  wait_published(*model, 3);
  CHECK(ask(*model, {1}) == 24);
}

TEST_CASE("served model: min_lsn waits until that LSN is published; cancelled it is not called") {
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", kSpec);
  options.publication = Publication();
  options.publication->every_ms = 3'600'000;
  auto model = open(options, threads);
  bool called = false;
  const uint64_t waiter = model->when_published(2, [&](const Status&) noexcept { called = true; });
  CHECK(waiter != 0);
  CHECK(model->cancel(waiter));
  CHECK(!model->cancel(waiter));
  teach(*model, 2);
  wait_published(*model, 2);
  CHECK(model->read().lsn() == 2);
  CHECK(!called);
}

TEST_CASE("served model: the observer sees every example in order, and no replayed one") {
  struct Observer final : TrainerObserver {
    void learned(const Learned& one) noexcept override {
      ++count;
      last = one.example;
      width = one.before.size();
    }
    std::atomic<uint64_t> count{0}, last{0};
    std::atomic<std::size_t> width{0};
  } observer;
  TestFolder folder;
  LogThreads threads;
  ServedModelOptions options = options_of(folder / "m", kSpec);
  options.observer = &observer;
  {
    auto model = open(options, threads);
    teach(*model, 4);
    CHECK(observer.count == 8);
    CHECK(observer.last == 8);
    CHECK(observer.width == 1);
  }
  auto model = open(options, threads);
  teach(*model, 1);
  CHECK(observer.count == 10);
  CHECK(observer.last == 10);
}

TEST_CASE("served model: scores of the model and its baselines, kept in checkpoints") {
  TestFolder folder;
  LogThreads threads;
  std::shared_ptr<const Scores> before;
  {
    auto model = open(options_of(folder / "m", kSpec), threads);
    CHECK(model->scores()->scored == 0);
    teach(*model, 50);
    CHECK(checkpoint(*model).status.ok());
    for (int k = 0; k < 2000 && model->scores()->scored != 100; ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    before = model->scores();
    REQUIRE(before->baselines.size() == 2);
    CHECK(before->baselines[1].name == "prior");
    CHECK(before->metrics[0].name == "accuracy");
    CHECK(before->metrics[0].all > 0.5);
  }
  auto model = open(options_of(folder / "m", kSpec), threads);
  const auto after = model->scores();
  CHECK(after->scored == 100);
  CHECK(after->metrics[0].window == before->metrics[0].window);
  CHECK(after->metrics[1].faded == before->metrics[1].faded);
  CHECK(after->baselines[0].metrics[1].all == before->baselines[0].metrics[1].all);
}

TEST_CASE("served model: a hashed model is live, and stays so after a restart") {
  TestFolder folder;
  LogThreads threads;
  {
    auto model = open(options_of(folder / "m", "logistic(bits=10)"), threads);
    CHECK(model->model().mode() == Publication::Mode::live);
    teach(*model, 5);
    CHECK(model->read().lsn() == 5);
    CHECK(checkpoint(*model).status.ok());
  }
  auto model = open(options_of(folder / "m", "logistic(bits=10)"), threads);
  CHECK(model->model().mode() == Publication::Mode::live);
  CHECK(model->read().lsn() >= 5);
}

}  // namespace
}  // namespace freshet
