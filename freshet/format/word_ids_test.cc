#include "freshet/format/word_ids.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("word ids: a word keeps its id until another takes its place") {
  WordIds<1> ids;  // two places
  const std::string text = "aa bb cc dd ee ff  ........";
  for (uint32_t k = 0; k < 6; ++k) {
    const std::string_view word = std::string_view(text).substr(3 * k, 2);
    uint32_t* id = ids.find(word);
    REQUIRE(id != nullptr);
    CHECK(*id == kNone);
    *id = k;
    CHECK(*ids.find(word) == k);
  }
  uint32_t known = 0;
  for (uint32_t k = 0; k < 6; ++k)
    known += *ids.find(std::string_view(text).substr(3 * k, 2)) == k;
  CHECK(known <= 2);
}

TEST_CASE("word ids: one to eight bytes; a word is not the beginning of a longer one") {
  WordIds<6> ids;
  const std::string text = "1234567890       ";
  CHECK(ids.find(std::string_view(text).substr(0, 0)) == nullptr);
  CHECK(ids.find(std::string_view(text).substr(0, 9)) == nullptr);
  for (uint32_t size = 1; size <= 8; ++size) {
    uint32_t* id = ids.find(std::string_view(text).substr(0, size));
    REQUIRE(id != nullptr);
    CHECK(*id == kNone);
    *id = size;
  }
  CHECK(*ids.find(std::string_view(text).substr(0, 8)) == 8);
}

}  // namespace freshet
