#include "freshet/kernel/level.h"

#include <doctest/doctest.h>

#include "freshet/kernel/level_guard_test.h"

namespace freshet::kernel {

TEST_CASE("level: names read back as themselves, others are refused with the choices") {
  for (const Level level :
       {Level::scalar, Level::sse2, Level::avx2, Level::avx512, Level::neon, Level::simd128}) {
    const Result<Level> read = level_from_name(level_name(level));
    REQUIRE(read.ok());
    CHECK(*read == level);
  }
  const Result<Level> unknown = level_from_name("avx9");
  CHECK(unknown.status().code() == Code::invalid_argument);
  CHECK(unknown.status().text().find("avx2") != std::string_view::npos);
}

TEST_CASE("level: the best one of the machine is used until a lower one is asked for") {
  const LevelGuard guard;
  CHECK(level() == best_level());
  CHECK(use(Level::scalar).ok());
  CHECK(level() == Level::scalar);
}

TEST_CASE("level: one that the machine hasn't got is refused and changes nothing") {
  const LevelGuard guard;
  REQUIRE(use(Level::scalar).ok());
  const Level foreign = has_level(Level::neon) ? Level::sse2 : Level::neon;
  CHECK(use(foreign).code() == Code::unsupported);
  CHECK(level() == Level::scalar);
}

}  // namespace freshet::kernel
