#include "freshet/base/hash.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/crc32c.h"

namespace freshet {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

TEST_CASE("murmur3: names of the default namespace hash as in VW") {
  CHECK(hash_name("a", 0) == 1009084850u);
  CHECK(hash_name("b", 0) == 2514386435u);
  CHECK(hash_name("price", 0) == 3888873998u);
  CHECK(hash_name("abcd", 0) == 1139631978u);
  CHECK(hash_name("abcde", 0) == 3902511862u);
}

TEST_CASE("murmur3: a namespace's hash is the seed of its names, as in VW") {
  const uint32_t f = hash_name("f", 0);
  CHECK(hash_name("a", f) == 282867731u);
  CHECK(hash_name("b", f) == 2536914276u);
  CHECK(hash_name("yy", hash_name("x", f)) == 506115627u);
  CHECK(hash_name("y:z", hash_name("x", f)) == 4106123665u);
  CHECK(hash_name("a", hash_name("12", 0)) == 2883525392u);
  CHECK(murmur3_32("12", f) == 2556231484u);  // --hash all
}

TEST_CASE("murmur3: names of digits are numbers, whatever their length") {
  CHECK(hash_name("12", 0) == 12);
  CHECK(hash_name("4294967308", 0) == 12);
  const uint32_t f = hash_name("f", 0);
  CHECK(hash_name("12", f) == 728008775u);
  CHECK(hash_name("012", f) == 728008775u);
  CHECK(hash_name("", 5) == 5);
}

TEST_CASE("murmur3: a hash seed moves everything, as in VW") {
  CHECK(hash_name("a", murmur3_32("", 5)) == 187786881u);
  CHECK(hash_name("a", hash_name("f", 5)) == 1594525501u);
  CHECK(hash_name("b", hash_name("12", 5)) == 941933790u);
}

TEST_CASE("hash64: every byte, the length and the seed count") {
  std::set<uint64_t> seen;
  const std::string text = "The quick brown fox jumps";
  for (std::size_t n = 0; n <= text.size(); n++)
    seen.insert(hash64(text.substr(0, n)));
  for (std::size_t i = 0; i < text.size(); i++) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    seen.insert(hash64(changed));
  }
  seen.insert(hash64(text, 1));
  seen.insert(hash64(std::string_view("\0", 1)));
  seen.insert(hash64(std::string_view("\0\0", 2)));
  CHECK(seen.size() == text.size() + 1 + text.size() + 3);
  CHECK(hash64("freshet") == 0xd2a73f80bfe61160u);
}

TEST_CASE("crc32c: known answers of RFC 3720") {
  CHECK(crc32c(bytes_of("123456789")) == 0xe3069283u);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0})) == 0x8a9136aau);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0xff})) == 0x62a8ab43u);
  CHECK(crc32c({}) == 0);
}

TEST_CASE(
    "crc32c: the processor's instruction and the tables agree at every length and alignment") {
  std::vector<std::byte> bytes(8000);
  for (std::size_t i = 0; i < bytes.size(); i++)
    bytes[i] = static_cast<std::byte>(mix64(i));
  for (std::size_t n = 0; n < 4000; n += n < 100 ? 1 : 37) {
    const std::span<const std::byte> part(bytes.data() + n % 9, n);
    REQUIRE(crc32c(part) == crc32c_portable(part));
  }
}

TEST_CASE("crc32c: pieces give the checksum of the whole") {
  const std::string text = "nothing acknowledged is lost";
  for (std::size_t n = 0; n <= text.size(); n++) {
    CHECK(crc32c(bytes_of(text.substr(n)), crc32c(bytes_of(text.substr(0, n)))) ==
          crc32c(bytes_of(text)));
  }
}

}  // namespace freshet
