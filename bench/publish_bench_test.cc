#include "bench/publish_bench.h"

#include <doctest/doctest.h>

#include "freshet/log/local/test_folder.h"

namespace freshet {
namespace {

// Whether they run and what they count; how fast is `freshet bench`'s business.
TEST_CASE("bench publish, torn and trainer give their figures") {
  auto publish = bench_publish({.rounds = 1, .seconds = 0.005});
  REQUIRE(publish.ok());
  CHECK(publish->size() == 7);
  for (const Figure& figure : *publish) CHECK(figure.value > 0);
  auto torn = bench_torn({.params = 1000, .readers = 2, .seconds = 0.1});
  REQUIRE(torn.ok());
  for (const Figure& figure : *torn) CHECK(figure.holds());
  TestFolder folder;
  auto trainer = bench_trainer({.folder = folder.path(), .rounds = 1, .examples = 2560});
  if (!trainer.ok()) FAIL(std::string(trainer.status().text()));
  CHECK(trainer->size() == 6);
}

}  // namespace
}  // namespace freshet
