#include "freshet/kernel/token_pairs.h"

#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/murmur_x8.h"
#include "freshet/kernel/structural_scan.h"

namespace freshet::kernel {

TEST_CASE("token pairs: names and numbers between blanks and colons, at every level") {
  const auto check = [](Level) {
    for (uint32_t count = 0; count < 100; count++) {
      Draws draws(11, 0, count);
      std::vector<uint32_t> at{draws.below(1000)};
      for (uint32_t k = 0; k < 2 * count; k++)
        at.push_back(at.back() + 2 + draws.below(20));
      const uint32_t empty = draws.below(4 * count + 1);  // most often none
      const uint32_t more = empty < 2 * count ? at[empty + 1] - at[empty] - 1 : 0;
      for (std::size_t k = empty + 1; k < at.size(); k++)
        at[k] -= more;
      at.resize(at.size() + kScanSlack);
      std::vector<uint32_t> name(count + kTokenSlack), name_size(name), number(name),
          number_size(name);
      const bool has_empty = token_pairs(
          at.data(), count, {name.data(), name_size.data(), number.data(), number_size.data()});
      CHECK(has_empty == (empty < 2 * count));
      for (uint32_t k = 0; k < count; k++) {
        CAPTURE(count);
        REQUIRE(name[k] == at[2 * k] + 1);
        REQUIRE(name_size[k] == at[2 * k + 1] - at[2 * k] - 1);
        REQUIRE(number[k] == at[2 * k + 1] + 1);
        REQUIRE(number_size[k] == at[2 * k + 2] - at[2 * k + 1] - 1);
      }
    }
  };
  check(Level::scalar);
  at_every_level(check);
}

}  // namespace freshet::kernel
