/// Power cuts under load, again and again (FRESHET_POWER_CUTS, else FRESHET_KILLS rounds, 50 if not given). kill -9 never
/// loses what was written but not synced; here the disk is built as power loss may leave it: what was synced, and a random
/// part of the rest. Whatever was acknowledged as durable must be there exactly once, and nothing may need a repair.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <unordered_set>

#include <doctest/doctest.h>

#include "freshet/core/model_file.h"
#include "freshet/log/local/test_folder.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/replay.h"
#include "tests/chaos/child.h"
#include "tests/chaos/power_cut/disk.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// What the children said that power loss may not take back.
struct Durable {
  std::unordered_set<uint32_t> ids;
  uint64_t token = 0;

  void hear(const std::string& line) {
    std::istringstream words(line.substr(2));
    uint64_t number = 0;
    if (line[0] == 'E') FAIL_CHECK(line);
    if (line[0] == 'T') {
      words >> number;
      CHECK(number > token);
      token = number;
    }
    if (line[0] != 'D') return;
    while (words >> number)
      ids.insert(static_cast<uint32_t>(number));
  }
};

std::string folded(const std::string& folder, Lsn from) {
  ReplayOptions options;
  options.folder = folder;
  options.spec = "counting";
  options.from = from;
  auto replayed = replay(options, catalog());
  if (!replayed.ok()) FAIL(std::string(replayed.status().text()));
  return std::string(reinterpret_cast<const char*>(replayed->bytes.data()), replayed->bytes.size());
}

void check(const std::string& folder, const Durable& durable) {
  Truth truth;
  truth.read_on(folder);
  for (const uint32_t id : durable.ids)
    if (!truth.learned.contains(id)) FAIL("durable and lost: " << id);
  for (const auto& [id, times] : truth.learned)
    if (times != 1) FAIL("learned " << times << " times: " << id);
}

void cut_again_and_again(int rounds, uint32_t seed) {
  std::mt19937 draw(seed);
  TestFolder folder;
  const std::string before = folder / "before", now = folder / "now", trace = folder / "trace";
  fs::create_directories(before + "/m");
  Durable durable;
  PowerCut sum;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(seed);
    CAPTURE(round);
    fs::remove_all(now);
    fs::copy(before, now, fs::copy_options::recursive);
    Child child(now + "/m", static_cast<uint32_t>(round) * 100'000,
                seed * 1000 + static_cast<uint32_t>(round), {},
                {"LD_PRELOAD=" FRESHET_POWER_CUT, "FRESHET_POWER_ROOT=" + now,
                 "FRESHET_POWER_TRACE=" + trace});
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + draw() % 400));
    const std::vector<std::string> lines = child.kill_and_listen();
    CHECK(!child.ended_by_itself());
    for (const std::string& line : lines)
      durable.hear(line);
    const std::string after = folder / "after";
    const PowerCut cut = build_disk(before, now, trace, draw(), after);
    sum.torn_writes += cut.torn_writes;
    sum.lost_writes += cut.lost_writes;
    sum.undone_names += cut.undone_names;
    fs::remove_all(before);
    fs::rename(after, before);
    fs::create_directories(before + "/m");
    if (!fs::exists(before + "/m/log")) continue;
    check(before + "/m", durable);
    if (round % 10 == 9) CHECK(folded(before + "/m", 0) == folded(before + "/m", ~Lsn{0}));
  }
  CHECK(durable.ids.size() > 0);
  MESSAGE(rounds << " power cuts: " << durable.ids.size() << " durable, token " << durable.token
                 << "; " << sum.lost_writes << " writes lost, " << sum.torn_writes << " torn, "
                 << sum.undone_names << " names undone");
}

TEST_CASE("power cuts: nothing durable is lost or learned twice, and nothing needs a repair") {
  const char* given = std::getenv("FRESHET_POWER_CUTS");
  if (given == nullptr) given = std::getenv("FRESHET_KILLS");
  uint32_t seed = 1;
  for (int left = given != nullptr ? std::atoi(given) : 50; left > 0; left -= 50, ++seed)
    cut_again_and_again(std::min(left, 50), seed);
}

}  // namespace
}  // namespace freshet
