#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/rng.h"
#include "tests/portable/parts.h"

namespace freshet {
namespace {

// The checksum of what is printed, so that a digit or an exponent that differs shows.
class Sum {
 public:
  void add(std::string_view text) noexcept {
    crc_ = crc32c(std::as_bytes(std::span(text.data(), text.size())), crc_);
  }
  template <class T>
  void add_bits(T value) noexcept {
    crc_ = crc32c(std::as_bytes(std::span(&value, 1)), crc_);
  }
  uint32_t value() const noexcept { return crc_; }

 private:
  uint32_t crc_ = 0;
};

}  // namespace

void print_numbers() noexcept {
  Draws draws(1, 2, 3);
  Sum printed, parsed, drawn;
  for (int i = 0; i < 2000; i++) {
    const uint64_t bits = draws.bits();
    const auto d = bit_cast<double>(bits);
    const auto f = bit_cast<float>(static_cast<uint32_t>(bits));
    printed.add(Digits(d).text());
    printed.add(Digits(f).text());
    char text[kNumberChars];
    char* end = format_human(d, text, 1 + i % 17);
    printed.add({text, static_cast<std::size_t>(end - text)});
    // Twenty digits and more, so that the long way is taken too.
    char digits[3 * kNumberChars];
    end = format_u64(bits, digits);
    *end++ = '.';
    end = format_u64(draws.bits(), end);
    *end++ = 'e';
    end = format_i64(static_cast<int64_t>(draws.below(80)) - 60, end);
    float as_float = 0;
    double as_double = 0;
    if (!parse_all({digits, static_cast<std::size_t>(end - digits)}, &as_float))
      as_float = -1;  // range
    if (!parse_all({digits, static_cast<std::size_t>(end - digits)}, &as_double)) as_double = -1;
    parsed.add_bits(as_float);
    parsed.add_bits(as_double);
    drawn.add_bits(draws.normal());
    drawn.add_bits(draws.poisson(6));
    drawn.add_bits(draws.below(1000));
  }
  print_bits("numbers.printed", printed.value());
  print_bits("numbers.parsed", parsed.value());
  print_bits("draws", drawn.value());
}

}  // namespace freshet
