#include "freshet/base/bits.h"

#include <set>

#include <doctest/doctest.h>

#include "freshet/base/coding.h"
#include "freshet/base/live.h"

namespace freshet {

TEST_CASE("bits: mix64 is SplitMix64's finaliser") {
  // The generator's published start from seed 0: the state steps by the golden ratio, then is mixed.
  CHECK(mix64(0x9e3779b97f4a7c15u) == 0xe220a8397b1dcdafu);
  CHECK(mix64(2 * 0x9e3779b97f4a7c15u) == 0x6e789e6aa1b965f4u);
  CHECK(mix64(3 * 0x9e3779b97f4a7c15u) == 0x06c45d188009454fu);
}

TEST_CASE("bits: nominal pairs are spread, and their keys never change") {
  std::set<uint32_t> keys;
  for (uint32_t index = 0; index < 100; index++) {
    for (uint32_t category = 0; category < 100; category++)
      keys.insert(mix(index, category));
  }
  CHECK(keys.size() > 9980);  // 10,000 pairs in 2^32 keys: hardly any meet
  CHECK(mix(0, 0) == 0x7b1dcdafu);
  CHECK(mix(1, 0) != mix(0, 1));
}

TEST_CASE("bits: rotations, powers of two, logarithms") {
  CHECK(rotl(uint32_t{0x80000001u}, 1) == 3);
  CHECK(rotl(uint32_t{5}, 0) == 5);
  CHECK(rotl(uint64_t{1} << 63, 1) == 1);
  CHECK(next_power_of_two(0u) == 1);
  CHECK(next_power_of_two(1u) == 1);
  CHECK(next_power_of_two(5u) == 8);
  CHECK(next_power_of_two(std::size_t{8}) == 8);
  CHECK(next_power_of_two(uint64_t{1} << 63) == uint64_t{1} << 63);
  CHECK(is_power_of_two(64));
  CHECK_FALSE(is_power_of_two(0));
  CHECK_FALSE(is_power_of_two(6));
  CHECK(log2_floor(1) == 0);
  CHECK(log2_floor(1023) == 9);
}

TEST_CASE("bits: finite is neither infinite nor NaN") {
  CHECK(is_finite(3.4e38f));
  CHECK(is_finite(-0.0));
  CHECK_FALSE(is_finite(__builtin_inff()));
  CHECK_FALSE(is_finite(-__builtin_inf()));
  CHECK_FALSE(is_finite(__builtin_nanf("")));
  CHECK_FALSE(is_finite(__builtin_nan("")));
}

TEST_CASE("bits: a wide product has all 128 bits") {
  const Wide square = multiply_wide(UINT64_MAX, UINT64_MAX);
  CHECK(square.high == UINT64_MAX - 1);
  CHECK(square.low == 1);
  const Wide mixed = multiply_wide(0x123456789abcdef0u, 0xfedcba9876543210u);
  CHECK(mixed.high == 0x121fa00ad77d7422u);
  CHECK(mixed.low == 0x236d88fe5618cf00u);
}

TEST_CASE("coding: little-endian at any alignment, and back") {
  std::byte bytes[9];
  put_u32(bytes + 1, 0x04030201u);
  CHECK(bytes[1] == std::byte{1});
  CHECK(bytes[4] == std::byte{4});
  CHECK(get_u32(bytes + 1) == 0x04030201u);
  CHECK(get_u16(bytes + 2) == 0x0302u);
  put_u64(bytes, 0x8877665544332211u);
  CHECK(bytes[7] == std::byte{0x88});
  CHECK(get_u64(bytes) == 0x8877665544332211u);
  put_i64(bytes + 1, -2);
  CHECK(get_i64(bytes + 1) == -2);
  put_f32(bytes, -1.5f);
  CHECK(get_f32(bytes) == -1.5f);
  put_f64(bytes, 0.1);
  CHECK(get_f64(bytes) == 0.1);
}

TEST_CASE("live: what is stored is what is loaded, by either policy") {
  float weight = 0;
  live_store(weight, 2.5f);
  CHECK(live_load(weight) == 2.5f);
  CHECK(PlainLoad::load(weight) == 2.5f);
  CHECK(LiveLoad::load(weight) == 2.5f);
}

}  // namespace freshet
