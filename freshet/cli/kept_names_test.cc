#include "freshet/cli/kept_names.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("kept names: the first of each index, by row, through their chunk") {
  KeptNames names;
  names.add(5, "f^a");
  names.add(5, "other");
  names.add(5 + 256, "f^b");
  names.add(7, "");
  CHECK(names.size() == 3);
  const auto bytes = names.encode();
  auto again = KeptNames::decode(bytes);
  REQUIRE(again.ok());
  CHECK(again->encode() == bytes);
  CHECK(again->by_row(8).at(5) == "f^a");
  CHECK(again->by_row(9).at(261) == "f^b");
  CHECK(again->by_row(18).at(11650396 & 0x3ffff) == "Constant");
}

TEST_CASE("kept names: a damaged chunk is corrupt") {
  KeptNames names;
  names.add(5, "abc");
  const auto bytes = names.encode();
  for (std::size_t cut = 0; cut < bytes.size(); cut++)
    CHECK(KeptNames::decode(std::span(bytes).first(cut)).status().code() == Code::corrupt);
  auto longer = bytes;
  longer.push_back(std::byte{0});
  CHECK(KeptNames::decode(longer).status().code() == Code::corrupt);
}

}  // namespace freshet
