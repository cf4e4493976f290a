#include "bench/log_bench.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "freshet/log/local/test_folder.h"

namespace freshet {
namespace {

TEST_CASE("bench log: measures everything it names, and leaves nothing behind") {
  const TestFolder folder;
  const auto figures =
      bench_log({.folder = folder.path(), .rounds = 1, .bytes = 1 << 20, .seconds = 0.02});
  REQUIRE_MESSAGE(figures.ok(), figures.status().text());
  CHECK(figures->size() == 11);
  for (const Figure& figure : *figures)
    CHECK_MESSAGE(figure.value > 0, figure.name);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("bench log: a folder that can't be made is an error") {
  CHECK_FALSE(
      bench_log({.folder = "/proc/none", .rounds = 1, .bytes = 1 << 20, .seconds = 0.02}).ok());
}

TEST_CASE("figure: a gate is met from the right side") {
  CHECK(Figure{"a", 7, "acks", 7.0}.holds());
  CHECK_FALSE(Figure{"a", 6.9, "acks", 7.0}.holds());
  CHECK(Figure{"a", 1.1, "x", 1.2, false}.holds());
  CHECK_FALSE(Figure{"a", 1.3, "x", 1.2, false}.holds());
  CHECK(Figure{"a", 0, "x"}.holds());
}

}  // namespace
}  // namespace freshet
