#include "freshet/core/dictionary.h"

#include <vector>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("dictionary: keys in order are their own rows") {
  Pool pool;
  Dictionary d(pool);
  for (uint32_t k = 0; k < 100; k++)
    CHECK(d.add(k) == k);
  CHECK(d.identity() == 100);
  CHECK(d.find(99) == 99);
  CHECK(d.find(100) == kNone);
}

TEST_CASE("dictionary: other keys get rows by first appearance, through growth") {
  Pool pool;
  Dictionary d(pool);
  CHECK(d.add(0) == 0);
  std::vector<uint32_t> keys{0};
  for (uint32_t k = 1; k < 5000; k++) {
    const uint32_t key = k % 3 == 0 ? k : mix(k, 17);
    if (d.find(key) != kNone) continue;
    CHECK(d.add(key) == keys.size());
    keys.push_back(key);
  }
  for (uint32_t row = 0; row < keys.size(); row++)
    CHECK(d.find(keys[row]) == row);
  CHECK(d.add(keys[40]) == 40);
  CHECK(d.find(kNone) == kNone);
  CHECK(d.identity() == 1);
}

TEST_CASE("dictionary: an example's features are added all or none") {
  Pool pool(1024);
  Dictionary d(pool);
  const uint32_t index[] = {7, 3};
  const float value[] = {1, 1};
  const uint32_t feature[] = {9}, category[] = {2};
  const Example x{.dense = {value, 2}, .numeric = {index, value}, .nominal = {feature, category}};
  REQUIRE(d.add_all(x));
  CHECK(d.size() == 5);
  CHECK(d.find(mix(9, 2)) == 4);
  std::vector<uint32_t> many(1000);
  for (uint32_t k = 0; k < many.size(); k++)
    many[k] = 100 + k;
  const std::vector<float> ones(many.size(), 1);
  CHECK(!d.add_all({.numeric = {many, ones}}));
  CHECK(d.size() == 5);
  CHECK(d.find(100) == kNone);
  CHECK(d.find(3) == 3);
  CHECK(pool.bytes() <= 1024);
}

TEST_CASE("dictionary: assigned keys give the same rows; a repeated key is refused") {
  Pool pool;
  Dictionary a(pool), b(pool);
  for (const uint32_t key : {0u, 1u, 500u, 2u, 90u})
    a.add(key);
  REQUIRE(b.assign(a.keys()));
  for (const uint32_t key : a.keys())
    CHECK(b.find(key) == a.find(key));
  const uint32_t twice[] = {4, 5, 4};
  CHECK(!b.assign(twice));
}

}  // namespace freshet
