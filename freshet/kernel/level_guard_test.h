#pragma once
#include <doctest/doctest.h>

#include "freshet/kernel/level.h"

namespace freshet::kernel {

/// Goes back to the machine's best level at the end of a test.
struct LevelGuard {
  ~LevelGuard() {
    if (!use(best_level()).ok()) FAIL("the best level is refused");
  }
};

/// Runs check(level) at every level that the machine has, with the kernels switched to it.
template <class Check>
void at_every_level(Check check) {
  const LevelGuard guard;
  for (const Level level :
       {Level::scalar, Level::sse2, Level::avx2, Level::avx512, Level::neon, Level::simd128}) {
    if (!has_level(level)) continue;
    CAPTURE(level_name(level));
    REQUIRE(use(level).ok());
    check(level);
  }
}

}  // namespace freshet::kernel
