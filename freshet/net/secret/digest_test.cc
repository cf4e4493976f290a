#include "freshet/net/secret/digest.h"

#include <doctest/doctest.h>

using namespace freshet;

TEST_CASE("digest: a dedup id is the front of SHA-256 of client, zero, id") {
  // printf 'c\0abc' | sha256sum begins with these bytes
  const DedupId id = dedup_id("c", "abc");
  constexpr unsigned char kFront[] = {0x83, 0xc3, 0xf7, 0x6e, 0x92, 0x2e, 0x63, 0x82,
                                      0x8c, 0x4b, 0xe6, 0x10, 0xcc, 0x50, 0x1f, 0x4d};
  for (std::size_t k = 0; k < id.size(); ++k)
    CHECK(id[k] == std::byte{kFront[k]});
  CHECK(dedup_id("c", "abc") != dedup_id("ca", "bc"));
  CHECK(dedup_id("", "") != dedup_id("", "x"));
}

TEST_CASE("digest: a UUID of version 7 begins with its time, and two differ") {
  const std::string a = make_uuid7(1'700'000'000'000'000), b = make_uuid7(1'700'000'000'000'000);
  CHECK(a.size() == 36);
  CHECK(a.substr(0, 15) == "018bcfe5-6800-7");
  CHECK(a.substr(0, 13) == b.substr(0, 13));
  CHECK(a != b);
}
