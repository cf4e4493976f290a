/// The program that kill_test kills: a served model of the counting learner and clients that never stop.
///
///     kill_child FOLDER FIRST_ID SEED [REMEMBERED_ID...]
///
/// It says what happens on standard output, one line in one write, so that the parent knows all that was said before the
/// kill:
///
///     T <token>                        the folder is ours
///     R <lsn> <count> <sum> <xor>      recovered: this is in the model
///     Q|A|D <id> ...                   acknowledged as queued, applied, durable
///     M <id>                           remembered as "<id>", no label yet
///     L <id>                           its label was applied; it is learned
///     E <text>                         something is wrong

#include <atomic>
#include <cinttypes>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "freshet/learn/demo/counting.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/served_model.h"

namespace freshet {
namespace {

void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(1, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) std::_Exit(3);
}

class Waiting {
 public:
  void done() {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_done_; });
    is_done_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_done_ = false;
};

ExampleBlock block_of(const std::vector<uint32_t>& ids) {
  ExampleBlock block;
  for (const uint32_t id : ids) {
    block.begin();
    block.add_nominal(id % 16, id);
    block.finish();
  }
  return block;
}

struct Client {
  ServedModel& model;
  std::atomic<uint32_t>& next_id;
  std::mt19937 draw;
  Waiting waiting{};

  void train() {
    std::vector<uint32_t> ids(1 + draw() % 4);
    for (uint32_t& id : ids) id = next_id++;
    TrainCall call;
    call.block = block_of(ids);
    call.ack = static_cast<Ack>(draw() % 3);
    std::string line = call.ack == Ack::queued ? "Q" : call.ack == Ack::applied ? "A" : "D";
    for (const uint32_t id : ids) line += " " + std::to_string(id);
    Status admitted = model.train(std::move(call), [this, line](TrainResult&& result) noexcept {
      say(result.status.ok() && result.skipped == 0 ? line : "E train: " + std::string(result.status.text()));
      waiting.done();
    });
    if (admitted.ok()) return waiting.wait();
    say("E train refused: " + std::string(admitted.text()));
  }

  void remember() {
    const uint32_t id = next_id++;
    bool is_remembered = false;
    RememberCall call{block_of({id}), std::to_string(id), {}};
    Status admitted = model.remember(std::move(call), [&](RememberResult&& result) noexcept {
      is_remembered = result.status.ok();
      say(is_remembered ? "M " + std::to_string(id) : "E remember: " + std::string(result.status.text()));
      waiting.done();
    });
    if (!admitted.ok()) return say("E remember refused: " + std::string(admitted.text()));
    waiting.wait();
    if (is_remembered && draw() % 2 == 0) label(id);
  }

  void label(uint32_t id) {
    FeedbackCall call;
    call.labels.begin();
    call.labels.set_id(std::to_string(id));
    call.labels.add_label(1);
    call.labels.finish();
    Status admitted = model.feedback(std::move(call), [this, id](FeedbackResult&& result) noexcept {
      const bool is_learned = result.status.ok() && (result.results[0] == LabelStatus::applied ||
                                                     result.results[0] == LabelStatus::duplicate);
      say(is_learned ? "L " + std::to_string(id)
                     : "E label of " + std::to_string(id) + ": " +
                           (result.status.ok() ? std::string(label_status_name(result.results[0]))
                                               : std::string(result.status.text())));
      waiting.done();
    });
    if (admitted.ok()) return waiting.wait();
    say("E label refused: " + std::string(admitted.text()));
  }

  void run() {
    for (;;) {
      if (draw() % 4 == 0) remember();
      else train();
      std::this_thread::sleep_for(std::chrono::microseconds(draw() % 300));
    }
  }
};

int serve(const std::string& folder, uint32_t first_id, uint32_t seed, const std::vector<uint32_t>& remembered) {
  LogThreads threads;
  ServedModelOptions options;
  options.folder = folder;
  options.spec = "counting";
  options.keeps_log = true;
  options.checkpoint_every_us = 30'000;
  auto made = ServedModel::open(std::move(options), threads, catalog());
  if (!made.ok()) {
    say("E open: " + std::string(made.status().text()));
    return 1;
  }
  ServedModel& model = **made;
  say("T " + std::to_string(model.token()));
  const Lsn end = model.appender().end();
  while (model.read().lsn() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  {
    const ReadGuard now = model.read();
    const auto total = static_cast<const Counting&>(now.learner()).total();
    char line[128];
    std::snprintf(line, sizeof(line), "R %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, now.lsn(), total.count, total.sum,
                  total.exclusive_or);
    say(line);
  }
  std::atomic<uint32_t> next_id{first_id};
  std::vector<std::thread> clients;
  for (uint32_t k = 0; k < 4; ++k)
    clients.emplace_back([&, k] {
      Client client{model, next_id, std::mt19937(seed * 4 + k)};
      for (std::size_t r = k; r < remembered.size(); r += 4) client.label(remembered[r]);
      client.run();
    });
  for (auto& client : clients) client.join();
  return 0;
}

}  // namespace
}  // namespace freshet

int main(int count, char** words) {
  if (count < 4) return 2;
  std::vector<uint32_t> remembered;
  for (int k = 4; k < count; ++k) remembered.push_back(static_cast<uint32_t>(std::strtoul(words[k], nullptr, 10)));
  return freshet::serve(words[1], static_cast<uint32_t>(std::strtoul(words[2], nullptr, 10)),
                        static_cast<uint32_t>(std::strtoul(words[3], nullptr, 10)), remembered);
}
