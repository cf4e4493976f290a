#pragma once
#include <cstddef>
#include <cstdint>

namespace freshet {

/// An integer of up to 5,120 bits on the stack, for the rare decimal that shorter arithmetic can't
/// decide.
///
/// Holds 1,000 decimal digits (3,322 bits), or 2^53 * 5^1074, each with room to shift. What would
/// not fit is cut off at the top: callers stay below.
class BigInteger {
 public:
  constexpr explicit BigInteger(uint64_t value = 0) noexcept {
    words_[0] = static_cast<uint32_t>(value);
    words_[1] = static_cast<uint32_t>(value >> 32);
    size_ = words_[1] != 0 ? 2 : words_[0] != 0 ? 1 : 0;
  }

  constexpr bool is_zero() const noexcept { return size_ == 0; }

  /// *this = *this * factor + add.
  constexpr void multiply_add(uint32_t factor, uint32_t add) noexcept {
    uint64_t carry = add;
    for (std::size_t i = 0; i < size_; i++) {
      carry += static_cast<uint64_t>(words_[i]) * factor;
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) push(static_cast<uint32_t>(carry));
  }

  /// Floor of the quotient; returns the remainder.
  constexpr uint32_t divide(uint32_t by) noexcept {
    uint64_t rest = 0;
    for (std::size_t i = size_; i-- > 0;) {
      rest = rest << 32 | words_[i];
      words_[i] = static_cast<uint32_t>(rest / by);
      rest %= by;
    }
    trim();
    return static_cast<uint32_t>(rest);
  }

  constexpr void multiply_power_of_5(uint32_t power) noexcept {
    for (; power >= 13; power -= 13)
      multiply_add(kFiveTo13, 0);
    for (; power > 0; power--)
      multiply_add(5, 0);
  }

  /// Floor; true if the division left a remainder.
  constexpr bool divide_power_of_5(uint32_t power) noexcept {
    bool rest = false;
    for (; power >= 13; power -= 13)
      rest |= divide(kFiveTo13) != 0;
    for (; power > 0; power--)
      rest |= divide(5) != 0;
    return rest;
  }

  constexpr void shift_left(uint32_t by) noexcept {
    if (size_ == 0) return;
    const uint32_t whole = by / 32, bits = by % 32;
    push(0);
    for (std::size_t i = size_; i-- > 0;) {
      const uint64_t pair = static_cast<uint64_t>(words_[i]) << 32 | (i > 0 ? words_[i - 1] : 0);
      words_[i] = static_cast<uint32_t>(pair << bits >> 32);
    }
    trim();
    for (uint32_t i = 0; i < whole; i++)
      push(0);
    for (std::size_t i = size_; i-- > whole;)
      words_[i] = words_[i - whole];
    for (uint32_t i = 0; i < whole; i++)
      words_[i] = 0;
  }

  /// Floor; true if a bit fell off.
  constexpr bool shift_right(uint32_t by) noexcept {
    const uint32_t whole = by / 32, bits = by % 32;
    bool rest = false;
    for (std::size_t i = 0; i < size_ && i < whole; i++)
      rest |= words_[i] != 0;
    if (whole >= size_) {
      size_ = 0;
      return rest;
    }
    rest |= (words_[whole] & ((uint32_t{1} << bits) - 1)) != 0;
    for (std::size_t i = whole; i < size_; i++) {
      const uint64_t pair =
          static_cast<uint64_t>(i + 1 < size_ ? words_[i + 1] : 0) << 32 | words_[i];
      words_[i - whole] = static_cast<uint32_t>(pair >> bits);
    }
    size_ -= whole;
    trim();
    return rest;
  }

  /// -1, 0 or 1.
  constexpr int compare(const BigInteger& other) const noexcept {
    if (size_ != other.size_) return size_ < other.size_ ? -1 : 1;
    for (std::size_t i = size_; i-- > 0;) {
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    }
    return 0;
  }

  /// The lowest 64 bits.
  constexpr uint64_t low64() const noexcept {
    return (size_ > 1 ? static_cast<uint64_t>(words_[1]) << 32 : 0) | (size_ > 0 ? words_[0] : 0);
  }

  /// Number of bits up to the highest that is set.
  constexpr uint32_t length() const noexcept {
    if (size_ == 0) return 0;
    return static_cast<uint32_t>(32 * size_) -
           static_cast<uint32_t>(__builtin_clz(words_[size_ - 1]));
  }

 private:
  static constexpr uint32_t kFiveTo13 = 1220703125;
  static constexpr std::size_t kWords = 160;

  constexpr void push(uint32_t word) noexcept {
    if (size_ < kWords) words_[size_++] = word;
  }
  constexpr void trim() noexcept {
    while (size_ > 0 && words_[size_ - 1] == 0)
      size_--;
  }

  uint32_t words_[kWords] = {};  // lowest first
  std::size_t size_ = 0;         // Invariant: words_[size_ - 1] isn't 0
};

}  // namespace freshet
