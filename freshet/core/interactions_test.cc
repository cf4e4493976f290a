#include "freshet/core/interactions.h"

#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/core/example_block.h"

namespace freshet {
namespace {

using Texts = std::vector<std::string>;

Interactions interactions(const char* lists) {
  auto made = Interactions::make(lists);
  if (!made.ok()) FAIL(made.status().text());
  return std::move(*made);
}

/// The lists in force once an example with these groups was met.
Texts lists(const char* asked, const std::string& groups) {
  Interactions made = interactions(asked);
  std::vector<Group> all;
  for (const char c : groups)
    all.push_back({static_cast<uint8_t>(c), 0, 0});
  REQUIRE(made.meet({.groups = all}).ok());
  return made.lists();
}

/// `|a x:2 |b y:3 |c z`, and what else is added.
ExampleBuffer three_groups() {
  ExampleBuffer x;
  const auto add = [&](const char* group, const char* name, float value) {
    const auto at = static_cast<uint32_t>(x.index.size());
    x.index.push_back(hash_name(name, hash_name(group, 0)));
    x.value.push_back(value);
    x.groups.push_back({static_cast<uint8_t>(group[0]), at, at + 1});
  };
  add("a", "x", 2);
  add("b", "y", 3);
  add("c", "z", 1);
  return x;
}

struct Made {
  uint32_t row;  // 18 bits
  float value;
  bool operator==(const Made&) const = default;
};

std::vector<Made> made(const Interactions& by, const Example& x) {
  std::vector<Made> all, slow;
  by.each_run(x, [&](uint32_t base, float scale, uint32_t begin, uint32_t end) {
    for (uint32_t j = begin; j < end; j++)
      all.push_back({(base ^ x.numeric.index[j]) & 0x3ffff, scale * x.numeric.value[j]});
  });
  by.each(x, [&](uint32_t index, float value, std::span<const uint32_t> positions) {
    CHECK(positions.size() >= 2);
    slow.push_back({index & 0x3ffff, value});
  });
  CHECK(all == slow);
  return all;
}

}  // namespace

TEST_CASE("interactions: VW's rows for pairs and triples") {
  const ExampleBuffer x = three_groups();
  CHECK(made(interactions("ab"), x.view()) == std::vector<Made>{{167114, 6}});
  CHECK(made(interactions("ba"), x.view()) == std::vector<Made>{{47134, 6}});
  CHECK(made(interactions("abc"), x.view()) == std::vector<Made>{{6598, 6}});
  CHECK(made(interactions("ab,abc"), x.view()) == std::vector<Made>{{167114, 6}, {6598, 6}});
  CHECK(made(interactions("ad,dd"), x.view()).empty());
  CHECK(made(interactions(""), x.view()).empty());
}

TEST_CASE("interactions: within one group from the diagonal on, each combination once") {
  const uint32_t index[] = {10, 20, 30};
  const float value[] = {2, 3, 5};
  const Group groups[] = {{'f', 0, 3}};
  const Example x{.numeric = {index, value}, .groups = groups};
  std::vector<float> values;
  for (const Made& m : made(interactions("ff"), x))
    values.push_back(m.value);
  CHECK(values == std::vector<float>{4, 6, 10, 9, 15, 25});
  CHECK(made(interactions("fff"), x).size() == 10);
  CHECK(made(interactions("ffff"), x).size() == 15);
  std::vector<std::vector<uint32_t>> positions;
  interactions("ff").each(x, [&](uint32_t, float, std::span<const uint32_t> at) {
    positions.emplace_back(at.begin(), at.end());
  });
  CHECK(positions ==
        std::vector<std::vector<uint32_t>>{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}});
}

TEST_CASE("interactions: sorted by length and bytes, each set once, repeats brought together") {
  CHECK(lists("abc,ba,ab,bb", "") == Texts{"ab", "bb", "abc"});
  CHECK(lists("ba", "") == Texts{"ba"});
  CHECK(lists("bab,cc", "") == Texts{"cc", "abb"});
  CHECK(lists("aab,aba,abb", "") == Texts{"aab", "abb"});
}

TEST_CASE("interactions: ':' stands for the groups met, in ascending order") {
  CHECK(lists("::", "") == Texts{});
  CHECK(lists("::", "ba") == Texts{"aa", "ab", "bb"});
  CHECK(lists("f:", "fT") == Texts{"fT", "ff"});
  CHECK(lists(":f,Tf", "fT") == Texts{"Tf", "ff"});
  CHECK(lists(":::", "ba") == Texts{"aaa", "aab", "abb", "bbb"});
  CHECK(lists("::", "a\x80\x1f") == Texts{"aa"});  // not printable: only by name
}

TEST_CASE("interactions: groups are met one after another, saved and set again") {
  Interactions all = interactions("::,abc");
  const Group a[] = {{'a', 0, 0}}, b[] = {{'b', 0, 0}, {128, 0, 0}};
  REQUIRE(all.meet({.groups = a}).ok());
  CHECK(all.lists() == Texts{"aa", "abc"});
  REQUIRE(all.meet({.groups = b}).ok());
  CHECK(all.lists() == Texts{"aa", "ab", "bb", "abc"});
  Interactions again = interactions("::,abc");
  REQUIRE(again.set_met(all.met()).ok());
  CHECK(again.lists() == all.lists());
  auto copy = all.clone();
  REQUIRE(copy.ok());
  CHECK(copy->lists() == all.lists());
}

TEST_CASE("interactions: lists that can't be are refused, by column") {
  const auto column = [](const char* lists) {
    auto refused = Interactions::make(lists);
    REQUIRE(!refused.ok());
    CHECK(refused.status().code() == Code::invalid_argument);
    return refused.status().at();
  };
  CHECK(column("a") == 1);
  CHECK(column("ab,c") == 4);
  CHECK(column("ab,,cd") == 4);
  CHECK(column("ab,") == 3);
  CHECK(column("abcdefghi") == 1);
  Interactions wide = interactions("::::::::");
  std::vector<Group> groups;
  for (uint32_t key = 32; key < 100; key++)
    groups.push_back({key, 0, 0});
  CHECK(wide.meet({.groups = groups}).code() == Code::exhausted);
  CHECK(wide.lists().empty());
}

}  // namespace freshet
