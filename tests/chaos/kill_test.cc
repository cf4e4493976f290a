/// kill -9 under load, again and again (FRESHET_KILLS rounds, 50 if not given): whatever was acknowledged is in the
/// recovered model exactly once, the model equals the fold of its log bit for bit, no LSN is missing, the token rises.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/learn/demo/counting.h"
#include "freshet/log/local/test_folder.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/replay.h"
#include "tests/chaos/child.h"

namespace freshet {
namespace {

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
        while (words >> number)
          acknowledged.insert(static_cast<uint32_t>(number));
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
      case 'Q':
        break;  // a receipt, no promise
      default:
        FAIL_CHECK(line);
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
    Child child(model, static_cast<uint32_t>(round) * 100'000,
                seed * 1000 + static_cast<uint32_t>(round), promises.remembered);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + draw() % 500));
    const std::vector<std::string> lines = child.kill_and_listen();
    CHECK(!child.ended_by_itself());
    for (const std::string& line : lines)
      promises.hear(line, lsn, total);
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
    MESSAGE(rounds << " kills: " << promises.acknowledged.size() << " acknowledged, " << truth.lsn
                   << " events, " << promises.recoveries << " recoveries, token " << promises.token
                   << ", " << from_start.verified << " checkpoints verified");
  }
  CHECK(promises.acknowledged.size() > 0);
}

TEST_CASE(
    "kill -9 under load: nothing acknowledged is lost, nothing is learned twice, the fold is the "
    "same bits") {
  const char* given = std::getenv("FRESHET_KILLS");
  const char* seeded = std::getenv("FRESHET_KILL_SEED");
  auto seed = static_cast<uint32_t>(seeded != nullptr ? std::atoi(seeded) : 1);
  // A new folder now and then: every look at a log reads all of it.
  for (int left = given != nullptr ? std::atoi(given) : 50; left > 0; left -= 50, ++seed)
    kill_again_and_again(std::min(left, 50), seed);
}

}  // namespace
}  // namespace freshet
