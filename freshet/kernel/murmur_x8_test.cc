#include "freshet/kernel/murmur_x8.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/base/rng.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/words_test.h"

namespace freshet::kernel {
namespace {

std::string some_name(Draws& draws) {
  std::string name(draws.below(24), ' ');
  const uint32_t kind = draws.below(5);
  for (char& c : name)
    c = kind == 0 ? static_cast<char>('0' + draws.below(10))
                  : static_cast<char>(kind == 1 ? draws.below(256) : 'a' + draws.below(26));
  if (kind == 2 && !name.empty()) name[0] = '7';
  return name;
}

void check_names(bool digits_are_numbers) {
  for (uint32_t n = 0; n < 200; n++) {
    Draws draws(2, 0, n);
    Words words;
    std::vector<uint32_t> seed;
    const uint32_t count = n < 40 ? n : draws.below(500);
    for (uint32_t k = 0; k < count; k++) {
      words.add(some_name(draws));
      seed.push_back(draws.below(1u << 31));
    }
    const Tokens tokens = words.tokens();
    seed.resize(count + kTokenSlack);
    std::vector<uint32_t> out(count + kTokenSlack);
    murmur_x8(tokens, seed.data(), digits_are_numbers, out.data());
    for (uint32_t k = 0; k < count; k++) {
      CAPTURE(words.word(k));
      REQUIRE(out[k] == (digits_are_numbers ? hash_name(words.word(k), seed[k])
                                            : murmur3_32(words.word(k), seed[k])));
    }
  }
}

}  // namespace

TEST_CASE("murmur x8: every level gives the hashes of base/hash.h") {
  at_every_level([](Level) {
    check_names(true);
    check_names(false);
  });
}

}  // namespace freshet::kernel
