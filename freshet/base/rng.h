#pragma once
#include <array>
#include <cstdint>

/// Random numbers without a state to save: each is a function of what it is for.
///
/// Philox4x32-10 turns a key {seed, stream} and a counter {event, part, draw} into 128 random bits.
/// Who needs numbers while learning event n makes `Draws(seed, stream, n, part)` and draws; a
/// replay, another thread count or another target gives the same numbers (house.md 9 says who uses
/// which stream, event and part). Source: Salmon et al., "Parallel random numbers: as easy as 1, 2,
/// 3", SC 2011. The same bits on every target: never change.
namespace freshet {

/// The block function, keyed.
class Philox {
 public:
  using Block = std::array<uint32_t, 4>;

  constexpr Philox(uint32_t seed, uint32_t stream) noexcept : key_{seed, stream} {}

  constexpr Block operator()(Block counter) const noexcept {
    uint32_t k0 = key_[0], k1 = key_[1];
    for (int round = 0; round < 10; round++) {
      const uint64_t a = uint64_t{0xD2511F53u} * counter[0];
      const uint64_t b = uint64_t{0xCD9E8D57u} * counter[2];
      counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(b),
                 static_cast<uint32_t>(a >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(a)};
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    return counter;
  }

 private:
  std::array<uint32_t, 2> key_;
};

/// The draws of one event: word n is the block of counter {event low, event high, part, n}, draws
/// counting from 0.
class Draws {
 public:
  constexpr Draws(uint32_t seed, uint32_t stream, uint64_t event, uint32_t part = 0) noexcept
      : philox_(seed, stream), event_(event), part_(part) {}

  /// 64 random bits: words 0 (low) and 1 (high) of the next block. One draw.
  constexpr uint64_t bits() noexcept {
    const Philox::Block block = philox_(
        {static_cast<uint32_t>(event_), static_cast<uint32_t>(event_ >> 32), part_, draw_++});
    return static_cast<uint64_t>(block[1]) << 32 | block[0];
  }

  /// In [0, 1), a multiple of 2^-53. One draw.
  constexpr double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// An integer in [0, n) without bias; 0 for n = 0. One draw, rarely more.
  uint32_t below(uint32_t n) noexcept;

  /// Number of events of a Poisson process; mean >= 0. Multiplies draws until the product is <=
  /// exp(-mean); beyond a mean of 500, sums of such.
  uint32_t poisson(double mean) noexcept;

  /// -ln(1 - u) / rate; rate > 0. One draw.
  double exponential(double rate) noexcept;

  /// Normal with mean 0 and deviation 1: Box-Muller, cosine branch. Two draws.
  double normal() noexcept;

  /// Draws made so far.
  constexpr uint32_t count() const noexcept { return draw_; }

 private:
  Philox philox_;
  uint64_t event_;
  uint32_t part_;
  uint32_t draw_ = 0;
};

}  // namespace freshet
