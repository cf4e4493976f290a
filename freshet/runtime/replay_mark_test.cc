#include "freshet/runtime/replay_mark.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "freshet/runtime/test_model.h"

namespace freshet {
namespace {

using namespace testing;

// A start whose process ends inside event `last`.
Status start(const std::string& path, Lsn first, Lsn last) {
  auto mark = ReplayMark::open(path);
  REQUIRE(mark.ok());
  for (Lsn lsn = first; lsn <= last; ++lsn) FRESHET_TRY(mark->begin(lsn));
  return {};
}

}  // namespace

TEST_CASE("replay mark: an event that ends three starts running isn't tried again") {
  TestFolder folder;
  const std::string path = folder / "replaying";
  for (int k = 0; k < 3; ++k) CHECK(start(path, 4, 7).ok());
  const Status refused = start(path, 4, 7);
  CHECK(refused.code() == Code::unavailable);
  CHECK(refused.text().find("in 3 starts running") != std::string_view::npos);
  CHECK(refused.text().find(path) != std::string_view::npos);
  CHECK(!start(path, 4, 7).ok());
  CHECK(start(path, 4, 6).ok());
}

TEST_CASE("replay mark: starts that end at different events count from one again") {
  TestFolder folder;
  const std::string path = folder / "replaying";
  for (const Lsn last : {7, 7, 9, 7, 7}) CHECK(start(path, 4, last).ok());
  CHECK(start(path, 4, 7).ok());
  CHECK(!start(path, 4, 7).ok());
}

TEST_CASE("replay mark: a replay that ends leaves nothing; a file of something else is refused") {
  TestFolder folder;
  const std::string path = folder / "replaying";
  for (int k = 0; k < 5; ++k) {
    auto mark = ReplayMark::open(path);
    REQUIRE(mark.ok());
    CHECK(mark->begin(1).ok());
    mark->end();
    CHECK(!std::filesystem::exists(path));
  }
  std::ofstream(path) << "notes";
  CHECK(ReplayMark::open(path).status().code() == Code::unavailable);
}

}  // namespace freshet
