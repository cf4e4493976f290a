#include "freshet/base/decimal_powers.h"

#include <array>

namespace freshet {
namespace {

// Powers of 5 have the same leading bits. Computed by the compiler: upwards by exact products,
// downwards by dividing 2^1280 by 5 again and again (a floor of floors is the floor of the whole
// quotient).
class LongWord {
 public:
  constexpr explicit LongWord(bool top) noexcept {
    if (top) {
      words_[kWords - 1] = 1;
      high_ = kWords;
    } else {
      words_[0] = 1;
      high_ = 1;
    }
  }

  constexpr void multiply_by_5() noexcept {
    uint64_t carry = 0;
    for (int i = 0; i < high_; i++) {
      carry += uint64_t{words_[i]} * 5;
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words_[high_++] = static_cast<uint32_t>(carry);
  }

  constexpr void divide_by_5() noexcept {
    uint64_t rest = 0;
    for (int i = high_; i-- > 0;) {
      rest = rest << 32 | words_[i];
      words_[i] = static_cast<uint32_t>(rest / 5);
      rest %= 5;
    }
    while (words_[high_ - 1] == 0)
      high_--;
  }

  constexpr Wide leading() const noexcept {
    const uint64_t w0 = word(1), w1 = word(2), w2 = word(3), w3 = word(4), w4 = word(5);
    const int empty = __builtin_clz(static_cast<uint32_t>(w0));
    const uint64_t high = w0 << 32 | w1, middle = w2 << 32 | w3, low = w4 << 32;
    if (empty == 0) return {high, middle};
    return {high << empty | middle >> (64 - empty), middle << empty | low >> (64 - empty)};
  }

 private:
  static constexpr int kWords = 41;
  constexpr uint64_t word(int from_top) const noexcept {
    return high_ >= from_top ? words_[high_ - from_top] : 0;
  }

  uint32_t words_[kWords] = {};  // lowest first
  int high_ = 0;                 // one above the highest that isn't 0
};

constexpr auto make_powers() noexcept {
  std::array<Wide, kHighestPower - kLowestPower + 1> powers{};
  LongWord up(false), down(true);
  for (int power = 0; power <= kHighestPower; power++, up.multiply_by_5()) {
    powers[static_cast<std::size_t>(power - kLowestPower)] = up.leading();
  }
  for (int power = -1; power >= kLowestPower; power--) {
    down.divide_by_5();
    powers[static_cast<std::size_t>(power - kLowestPower)] = down.leading();
  }
  return powers;
}

constexpr auto kPowers = make_powers();

}  // namespace

Wide power_of_ten(int power) noexcept {
  return kPowers[static_cast<std::size_t>(power - kLowestPower)];
}

}  // namespace freshet
