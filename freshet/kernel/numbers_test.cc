// The test `numbers`: text to float32 is exact to the last bit, in every way that a number is read.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/rng.h"
#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/words_test.h"

namespace freshet::kernel {
namespace {

// What decimal_x4 makes of each word at each level, against the C library.
void check_numbers(Words& words) {
  const Tokens tokens = words.tokens();
  std::vector<uint32_t> want;
  for (std::size_t k = 0; k < tokens.count; k++) {
    const std::string word = words.word(k);
    const float value = word.empty() ? 1 : std::strtof(word.c_str(), nullptr);
    want.push_back(bit_cast<uint32_t>(std::isinf(value) ? std::nanf("") : value));
  }
  std::vector<float> out(tokens.count + kTokenSlack);
  at_every_level([&](Level) {
    decimal_x4(tokens, out.data());
    for (std::size_t k = 0; k < tokens.count; k++) {
      if (bit_cast<uint32_t>(out[k]) == want[k]) continue;
      if (std::isnan(out[k]) && std::isnan(bit_cast<float>(want[k]))) continue;
      FAIL(words.word(k));
    }
  });
}

std::string some_decimal(Draws& draws) {
  const uint32_t digits = 1 + draws.below(draws.below(3) == 0 ? 40 : 8);
  std::string word = draws.below(4) == 0 ? "-" : draws.below(8) == 0 ? "+" : "";
  const uint32_t dot = draws.below(digits + 2);
  for (uint32_t k = 0; k < digits; k++) {
    if (k == dot) word += '.';
    word += static_cast<char>('0' + draws.below(10));
  }
  if (draws.below(8) == 0) word += "e" + std::to_string(static_cast<int>(draws.below(40)) - 30);
  return word;
}

}  // namespace

TEST_CASE("numbers: all lengths up to 9 with a dot at every place") {
  Words words;
  for (const char* sign : {"", "-", "+"}) {
    for (std::size_t size = 1; size <= 9; size++) {
      for (std::size_t dot = 0; dot <= size; dot++) {
        for (const char* digits : {"123456789", "000000000", "999999999", "100000005"}) {
          std::string word(digits, size);
          if (dot < size) word[dot] = '.';
          if (word == ".") continue;
          words.add(sign + word);
        }
      }
    }
  }
  words.add("");
  check_numbers(words);
}

TEST_CASE("numbers: ten million random decimals of up to 40 digits") {
#ifdef FRESHET_SANITIZED
  constexpr uint32_t kRounds = 5;
#else
  constexpr uint32_t kRounds = 1000;
#endif
  for (uint32_t round = 0; round < kRounds; round++) {
    Draws draws(3, 0, round);
    Words words;
    for (uint32_t k = 0; k < 10'000; k++)
      words.add(some_decimal(draws));
    check_numbers(words);
  }
}

TEST_CASE("numbers: as %e writes them, and what nearly is that") {
  for (uint32_t round = 0; round < 20; round++) {
    Draws draws(7, 0, round);
    Words words;
    for (uint32_t k = 0; k < 5000; k++) {
      std::string word = draws.below(3) == 0 ? "-" : draws.below(9) == 0 ? "+" : "";
      word += static_cast<char>('0' + draws.below(10));
      word += '.';
      for (uint32_t n = draws.below(4) == 0 ? draws.below(9) : 7; n > 0; n--)
        word += static_cast<char>('0' + draws.below(10));
      word += draws.below(20) == 0 ? "E" : "e";
      word += draws.below(20) == 0 ? "+" : "-";
      word += static_cast<char>('0' + draws.below(3));
      if (draws.below(30) != 0) word += static_cast<char>('0' + draws.below(10));
      words.add(word);
    }
    check_numbers(words);
  }
}

TEST_CASE("numbers: halfway between two floats, and next to it") {
  Words words;
  for (const char* word :
       {"16777217", "16777216", "16777219", "1677721.7", "33554435", "33554433", "67108868",
        "67108869", "8388609.5", "8388608.5", "4194304.2", "0.1", ".3", "1e-45", "7e-46", "3.4e38",
        "3.4028235677973366e38", "3.4028235677973365e38", "7.006492321624085e-46"})
    words.add(word);
  for (uint32_t k = 16777216; k < 16777216 + 1000; k++)
    words.add(std::to_string(k));
  Draws draws(5, 0, 0);
  for (uint32_t k = 0; k < 20'000; k++) {
    // The double between two floats in all its digits, then a little more and a little less.
    const uint32_t bits = draws.below(0x7f000000);
    const double low = static_cast<double>(bit_cast<float>(bits));
    const double middle = (low + static_cast<double>(bit_cast<float>(bits + 1))) / 2;
    char text[400];
    const int size = std::snprintf(text, sizeof(text), k % 2 == 0 ? "%.120e" : "%.160f", middle);
    std::string word(text, static_cast<std::size_t>(size));
    words.add(word);
    const std::size_t end = std::min(word.find('e'), word.size());
    words.add(word.substr(0, end) + "1" + word.substr(end));
    const std::size_t last = word.find_last_of("123456789", end - 1);
    if (last == std::string::npos) continue;  // too small for %f
    word[last]--;
    words.add(word);
  }
  check_numbers(words);
}

TEST_CASE("numbers: a zero is seen, whatever it looks like") {
  const auto check = [](Level) {
    for (const char* zero : {"0", "-0", "+.0", "0.000000", "0e7", "0.00000000000", "1e-60"}) {
      CAPTURE(zero);
      Words words;
      for (int k = 0; k < 5; k++)
        words.add("");
      words.add(zero);
      const Tokens tokens = words.tokens();
      std::vector<float> out(tokens.count + kTokenSlack);
      CHECK(decimal_x4(tokens, out.data()).has_zero);
    }
  };
  at_every_level(check);
}

TEST_CASE("numbers: what is no number is NaN, and counted") {
  const auto check = [](Level) {
    const std::vector<std::string> wrong{".",
                                         "-",
                                         "+.",
                                         "--1",
                                         "1-",
                                         "1.2.3",
                                         "1e",
                                         "nan",
                                         "0x10",
                                         "inf",
                                         "1 2",
                                         "1e39",
                                         "1.2345678e:01",
                                         "1:2345678e-01",
                                         "1.23x5678e-01",
                                         "1.2345678f-01",
                                         "1_0",
                                         ":1",
                                         "/",
                                         "-.",
                                         "a",
                                         "1:",
                                         "123456789012a"};
    for (const std::string& word : wrong) {
      CAPTURE(word);
      Words words;  // alone among good ones: those beside it must not hide it
      for (const char* other : {"2.5", "1", word.c_str(), "", "7.25", "-3"})
        words.add(other);
      const Tokens tokens = words.tokens();
      std::vector<float> out(tokens.count + kTokenSlack);
      const Decimals all = decimal_x4(tokens, out.data());
      CHECK(all.bad == 1);
      CHECK_FALSE(all.has_zero);
      CHECK(std::isnan(out[2]));
      CHECK(out[0] == 2.5f);
      CHECK(out[3] == 1);
      CHECK(out[5] == -3);
    }
    for (const std::string& word : wrong) {
      CAPTURE(word);
      Words words;
      for (const std::string& other :
           {std::string("1.2345678e-01"), word, std::string("-1.5e-10"), std::string("+9.9e-02")})
        words.add(other);
      std::vector<float> out(4 + kTokenSlack);
      CHECK(decimal_x4(words.tokens(), out.data()).bad == 1);
      CHECK(std::isnan(out[1]));
    }
  };
  at_every_level(check);
}

}  // namespace freshet::kernel
