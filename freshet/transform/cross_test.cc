#include "freshet/transform/cross.h"

#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/hash.h"
#include "freshet/core/example_block.h"

namespace freshet {
namespace {

struct Made {
  uint32_t index;
  float value;
  bool operator==(const Made&) const = default;
};

std::unique_ptr<Cross> cross(const CrossOptions& options) {
  auto made = Cross::make(options);
  REQUIRE(made.ok());
  return std::move(*made);
}

/// What apply() adds behind the features that are there.
std::vector<Made> made(const Cross& transform, const Example& x) {
  ExampleBuffer out;
  REQUIRE(transform.apply(x, out).ok());
  std::vector<Made> all;
  for (std::size_t k = x.numeric.index.size(); k < out.index.size(); k++)
    all.push_back({out.index[k], out.value[k]});
  return all;
}

/// `|a x:2 |b y:3 |c z`
ExampleBuffer three_groups() {
  ExampleBuffer x;
  const char* const names[][2] = {{"a", "x"}, {"b", "y"}, {"c", "z"}};
  const float values[] = {2, 3, 1};
  for (uint32_t k = 0; k < 3; k++) {
    x.index.push_back(hash_name(names[k][1], hash_name(names[k][0], 0)));
    x.value.push_back(values[k]);
    x.groups.push_back({static_cast<uint32_t>(names[k][0][0]), k, k + 1});
  }
  return x;
}

}  // namespace

TEST_CASE("cross: the indices of Vowpal Wabbit's interactions") {
  const ExampleBuffer x = three_groups();
  CHECK(made(*cross({.lists = "ab"}), x.view()) == std::vector<Made>{{167114, 6}});
  CHECK(made(*cross({.lists = "abc,ba"}), x.view()) == std::vector<Made>{{47134, 6}, {6598, 6}});
}

TEST_CASE("cross: `:` stands for the groups met while learning, and that is saved") {
  auto transform = cross({.lists = "::"});
  CHECK((transform->traits() & kStateless) == 0);
  CHECK((cross({.lists = "ab"})->traits() & kStateless) != 0);
  const ExampleBuffer x = three_groups();
  CHECK(made(*transform, x.view()).empty());
  transform->learn(x.view());
  CHECK(made(*transform, x.view()).size() == 6);  // aa ab ac bb bc cc
  auto copy = transform->clone();
  REQUIRE(copy.ok());
  CHECK(made(static_cast<Cross&>(**copy), x.view()) == made(*transform, x.view()));
  auto fresh = cross({.lists = "::"});
  REQUIRE(fresh->merge(*transform).ok());
  CHECK(made(*fresh, x.view()) == made(*transform, x.view()));
}

TEST_CASE("cross: columns by place, dense, by index or nominal; an absent one makes nothing") {
  const float dense[] = {2, 3}, value[] = {5};
  const uint32_t index[] = {4}, feature[] = {7}, category[] = {1};
  const Example x{.dense = dense, .numeric = {index, value}, .nominal = {feature, category}};
  const uint32_t mask = (1u << 18) - 1, prime = Interactions::kPrime;
  const auto transform = cross({.columns = "0*1, 1*4*7,0*5"});
  const uint32_t pair = 0 * prime ^ 1, triple = ((1 * prime ^ 4) * prime) ^ mix(7, 1);
  CHECK(made(*transform, x) == std::vector<Made>{{pair & mask, 6}, {triple & mask, 15}});
}

TEST_CASE("cross: what can't be read is refused") {
  for (const char* columns : {"0", "a*b", "0*", "0*1,", "0*1*2*3*4*5*6*7*8"}) {
    CAPTURE(columns);
    CHECK(Cross::make({.columns = columns}).status().code() == Code::invalid_argument);
  }
  CHECK(Cross::make({.lists = "a"}).status().code() == Code::invalid_argument);
}

}  // namespace freshet
