#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/bits.h"
#include "freshet/base/hash.h"
#include "freshet/base/rng.h"
#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/level_guard_test.h"
#include "freshet/kernel/murmur_x8.h"

namespace freshet::kernel {
namespace {

// Words one after another, with what stands between them in texts.
class Words {
 public:
  void add(const std::string& word) {
    text_ += "\n"[0];
    begin_.push_back(static_cast<uint32_t>(text_.size()));
    size_.push_back(static_cast<uint32_t>(word.size()));
    text_ += word;
  }
  Tokens tokens() {
    count_ = begin_.size();
    for (auto* all : {&begin_, &size_})
      all->resize(count_ + kTokenSlack, 0);
    text_.append(64, '7');  // must not be taken for digits of the last
    return {text_.data(), begin_.data(), size_.data(), count_};
  }
  std::string word(std::size_t k) const { return text_.substr(begin_[k], size_[k]); }

 private:
  std::string text_;
  std::vector<uint32_t> begin_, size_;
  std::size_t count_ = 0;
};

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

// What decimal_x4 makes of each word, against the C library.
void check_numbers(Words& words) {
  const Tokens tokens = words.tokens();
  std::vector<float> out(tokens.count + kTokenSlack);
  decimal_x4(tokens, out.data());
  for (std::size_t k = 0; k < tokens.count; k++) {
    const std::string word = words.word(k);
    const float want = word.empty() ? 1 : std::strtof(word.c_str(), nullptr);
    CAPTURE(word);
    if (std::isinf(want))
      REQUIRE(std::isnan(out[k]));
    else
      REQUIRE(bit_cast<uint32_t>(out[k]) == bit_cast<uint32_t>(want));
  }
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

TEST_CASE("murmur x8: every level gives the hashes of base/hash.h") {
  check_names(true);
  check_names(false);
  at_every_level([](Level) {
    check_names(true);
    check_names(false);
  });
}

TEST_CASE("numbers: all lengths up to 9 with a dot at every place, at every level") {
  const auto check = [](Level) {
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
  };
  check(Level::scalar);
  at_every_level(check);
}

TEST_CASE("numbers: scalar, x4 and strtof agree on random decimals") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr uint32_t kRounds = 5;
#else
  constexpr uint32_t kRounds = 250;
#endif
  const auto check = [](Level) {
    for (uint32_t round = 0; round < kRounds; round++) {
      Draws draws(3, 0, round);
      Words words;
      for (uint32_t k = 0; k < 10000; k++)
        words.add(some_decimal(draws));
      check_numbers(words);
    }
  };
  check(Level::scalar);
  at_every_level(check);
}

TEST_CASE("numbers: as %e writes them, and what nearly is that") {
  const auto check = [](Level) {
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
  };
  check(Level::scalar);
  at_every_level(check);
}

TEST_CASE("numbers: halfway between two floats, and next to it") {
  const auto check = [](Level) {
    Words words;
    for (const char* word : {"16777217", "16777216", "16777219", "1677721.7", "33554435",
                             "33554433", "67108868", "67108869", "8388609.5", "8388608.5",
                             "4194304.2", "0.1", ".3", "1e-45", "7e-46", "3.4e38"})
      words.add(word);
    for (uint32_t k = 16777216; k < 16777216 + 1000; k++)
      words.add(std::to_string(k));
    check_numbers(words);
  };
  check(Level::scalar);
  at_every_level(check);
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
  check(Level::scalar);
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
  check(Level::scalar);
  at_every_level(check);
}

}  // namespace freshet::kernel
