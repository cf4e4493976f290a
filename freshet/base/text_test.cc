#include "freshet/base/text.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("text: edits are insertions, removals, changes and swaps of neighbours") {
  CHECK(edit_distance("alpha", "alpha", 3) == 0);
  CHECK(edit_distance("alhpa", "alpha", 3) == 1);
  CHECK(edit_distance("alpa", "alpha", 3) == 1);
  CHECK(edit_distance("allpha", "alpha", 3) == 1);
  CHECK(edit_distance("olpha", "alpha", 3) == 1);
  CHECK(edit_distance("", "abc", 3) == 3);
  CHECK(edit_distance("kitten", "sitting", 3) == 3);
}

TEST_CASE("text: more edits than the limit are limit + 1, also for very long names") {
  CHECK(edit_distance("abc", "xyz", 2) == 3);
  CHECK(edit_distance("a", "abcdef", 2) == 3);
  CHECK(edit_distance(std::string(65, 'a'), std::string(65, 'a'), 2) == 3);
}

TEST_CASE("text: the nearest name is suggested, and nothing when none is near") {
  const std::string_view names[] = {"alpha", "beta", "l1", "l2", "learning_rate", "bits"};
  CHECK(nearest_name("alhpa", names) == "alpha");
  CHECK(nearest_name("l3", names) == "l1");  // the first of equals
  CHECK(nearest_name("learning-rate", names) == "learning_rate");
  CHECK(nearest_name("learn", names) == "learning_rate");
  constexpr std::string_view kOptions[] = {"--rate", "--data-dir"};
  CHECK(nearest_name("--data", kOptions) == "--data-dir");  // and not two edits away
  CHECK(nearest_name("a", names).empty());
  CHECK(nearest_name("gamma", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("alpha", {}).empty());
}

}  // namespace freshet
