/// kill -9 under load, again and again (FRESHET_KILLS rounds, 50 if not given): whatever was acknowledged is in the
/// recovered model exactly once, the model equals the fold of its log bit for bit, no LSN is missing, the token rises.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freshet/core/model_file.h"
#include "freshet/format/blocks.h"
#include "freshet/learn/demo/counting.h"
#include "freshet/log/local/local_log.h"
#include "freshet/log/local/test_folder.h"
#include "freshet/log/payload.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/replay.h"

namespace freshet {
namespace {

/// A child and all that it has said.
class Child {
 public:
  Child(const std::string& folder, uint32_t first_id, uint32_t seed, const std::set<uint32_t>& remembered) {
    std::vector<std::string> words = {FRESHET_KILL_CHILD, folder, std::to_string(first_id), std::to_string(seed)};
    for (const uint32_t id : remembered) words.push_back(std::to_string(id));
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::close(ends[0]);
      ::close(ends[1]);
      std::vector<char*> raw;
      for (std::string& word : words) raw.push_back(word.data());
      raw.push_back(nullptr);
      ::execv(raw[0], raw.data());
      std::_Exit(127);
    }
    ::close(ends[1]);
    reader_ = std::thread([this, in = ends[0]] {
      char bytes[65536];
      for (ssize_t n = 0; (n = ::read(in, bytes, sizeof(bytes))) > 0;) said_.append(bytes, static_cast<std::size_t>(n));
      ::close(in);
    });
  }

  /// Kills it and returns its whole lines.
  std::vector<std::string> kill_and_listen() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reader_.join();
    ended_by_itself_ = WIFEXITED(status);
    std::vector<std::string> lines;
    std::istringstream in(said_.substr(0, said_.rfind('\n') + 1));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  bool ended_by_itself() const { return ended_by_itself_; }

 private:
  pid_t pid_ = -1;
  std::thread reader_;
  std::string said_;
  bool ended_by_itself_ = false;
};

/// What the log says, read event by event as it grows.
struct Truth {
  Lsn lsn = 0;
  uint64_t token = 0;
  Counting::Tally total;
  std::unordered_map<uint32_t, uint32_t> learned;          // id -> times
  std::unordered_map<std::string, uint32_t> remembered;    // not labelled yet
  uint64_t wrong = 0;                                      // gaps, falling tokens, undecodable

  void learn(uint32_t id) {
    ++learned[id];
    total.add(id);
  }

  bool take(const Event& event) {
    wrong += event.lsn != lsn + 1 || event.token < token;
    lsn = event.lsn;
    token = event.token;
    auto payload = Payload::parse(event.body);
    ExampleBlock block;
    if (!payload.ok() || (payload->has(Tag::examples) && !BlockCodec::decode(payload->section(Tag::examples), block).ok())) {
      ++wrong;
      return true;
    }
    for (uint32_t k = 0; k < block.size(); ++k) {
      if (event.kind == EventKind::example) learn(block[k].nominal.category[0]);
      if (event.kind == EventKind::remember)
        remembered.emplace(payload->text(Tag::request_id), block[k].nominal.category[0]);
      if (event.kind != EventKind::label) continue;
      const auto at = remembered.find(std::string(block.id(k)));
      if (at == remembered.end()) continue;
      learn(at->second);
      remembered.erase(at);
    }
    return true;
  }

  void read_on(const std::string& folder) {
    auto log = LocalLog::open_read_only(folder);
    if (!log.ok()) FAIL(std::string(log.status().text()));
    REQUIRE((*log)->end() >= lsn);  // nothing that was there has vanished
    if ((*log)->end() == lsn) return;
    Status read = (*log)->read(lsn + 1, this, [](void* self, const Event& event) noexcept {
      return static_cast<Truth*>(self)->take(event);
    });
    if (!read.ok()) FAIL(std::string(read.text()));
    CHECK(wrong == 0);
  }
};

/// What the child said it had promised.
struct Promises {
  std::unordered_set<uint32_t> acknowledged;
  std::set<uint32_t> remembered;  // acknowledged, no label yet
  uint64_t token = 0;
  uint32_t recoveries = 0;

  /// `lsn`, `total`: of the log before the child that said it.
  void hear(const std::string& line, Lsn lsn, const Counting::Tally& before) {
    std::istringstream words(line.substr(2));
    uint64_t number = 0;
    switch (line[0]) {
      case 'T': {
        words >> number;
        CHECK(number > token);
        token = number;
        break;
      }
      case 'R': {
        Counting::Tally total;
        words >> number >> total.count >> total.sum >> total.exclusive_or;
        CHECK(number >= lsn);
        CHECK(total == before);
        ++recoveries;
        break;
      }
      case 'A':
      case 'D':
        while (words >> number) acknowledged.insert(static_cast<uint32_t>(number));
        break;
      case 'M':
        words >> number;
        remembered.insert(static_cast<uint32_t>(number));
        break;
      case 'L':
        words >> number;
        remembered.erase(static_cast<uint32_t>(number));
        acknowledged.insert(static_cast<uint32_t>(number));
        break;
      case 'Q': break;  // a receipt, no promise
      default: FAIL_CHECK(line);
    }
  }
};

Replayed fold(const std::string& folder, Lsn from, bool verifies) {
  ReplayOptions options;
  options.folder = folder;
  options.spec = "counting";
  options.from = from;
  options.verifies = verifies;
  auto replayed = replay(options, catalog());
  if (!replayed.ok()) FAIL(std::string(replayed.status().text()));
  return *std::move(replayed);
}

void check(const Truth& truth, const Promises& promises) {
  for (const uint32_t id : promises.acknowledged) {
    const auto at = truth.learned.find(id);
    if (at == truth.learned.end()) FAIL("acknowledged and lost: " << id);
  }
  for (const auto& [id, times] : truth.learned)
    if (times != 1) FAIL("learned " << times << " times: " << id);
  for (const uint32_t id : promises.remembered)
    if (!truth.remembered.contains(std::to_string(id)) && !truth.learned.contains(id))
      FAIL("remembered and lost: " << id);
}

/// `rounds` kills of the servers of one folder.
void kill_again_and_again(int rounds, uint32_t seed) {
  std::mt19937 draw(seed);
  TestFolder folder;
  const std::string model = folder / "m";
  Truth truth;
  Promises promises;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(seed);
    CAPTURE(round);
    const Lsn lsn = truth.lsn;
    const Counting::Tally total = truth.total;
    Child child(model, static_cast<uint32_t>(round) * 100'000, seed * 1000 + static_cast<uint32_t>(round),
                promises.remembered);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + draw() % 500));
    const std::vector<std::string> lines = child.kill_and_listen();
    CHECK(!child.ended_by_itself());
    for (const std::string& line : lines) promises.hear(line, lsn, total);
    if (!std::filesystem::exists(model + "/log")) continue;  // killed before it had a log
    truth.read_on(model);
    if (round % 10 != 9 && round + 1 != rounds) continue;
    check(truth, promises);
    const Replayed from_start = fold(model, 0, true);
    const Replayed from_checkpoint = fold(model, ~Lsn{0}, false);
    CHECK(from_start.bytes == from_checkpoint.bytes);
    auto reader = ModelFileReader::open(from_start.bytes);
    REQUIRE(reader.ok());
    auto learner = reader->learner(catalog());
    REQUIRE(learner.ok());
    CHECK(static_cast<const Counting&>(**learner).total() == truth.total);
    if (round + 1 != rounds) continue;
    MESSAGE(rounds << " kills: " << promises.acknowledged.size() << " acknowledged, " << truth.lsn << " events, "
                   << promises.recoveries << " recoveries, token " << promises.token << ", " << from_start.verified
                   << " checkpoints verified");
  }
  CHECK(promises.acknowledged.size() > 0);
}

TEST_CASE("kill -9 under load: nothing acknowledged is lost, nothing is learned twice, the fold is the same bits") {
  const char* given = std::getenv("FRESHET_KILLS");
  const char* seeded = std::getenv("FRESHET_KILL_SEED");
  auto seed = static_cast<uint32_t>(seeded != nullptr ? std::atoi(seeded) : 1);
  // A new folder now and then: every look at a log reads all of it.
  for (int left = given != nullptr ? std::atoi(given) : 50; left > 0; left -= 50, ++seed)
    kill_again_and_again(std::min(left, 50), seed);
}

}  // namespace
}  // namespace freshet
