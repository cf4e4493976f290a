#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/base/crc32c.h"
#include "freshet/kernel/axpy.h"
#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/dot.h"
#include "freshet/kernel/gather.h"
#include "freshet/kernel/level.h"
#include "freshet/kernel/murmur_x8.h"
#include "freshet/kernel/structural_scan.h"
#include "tests/portable/parts.h"

namespace freshet {
namespace {

constexpr std::size_t kMost = 200;

struct Sums {
  uint32_t dot = 0, gather = 0, axpy = 0, scan = 0;
};

template <class T>
void add(uint32_t& crc, std::span<const T> values) noexcept {
  crc = crc32c(std::as_bytes(values), crc);
}

Sums sums_at_this_level() noexcept {
  static float a[kMost], b[kMost], y[kMost];
  static uint32_t index[kMost], positions[kMost + kernel::kScanSlack];
  static char text[kMost + kernel::kScanSlack];
  Sums sums;
  for (uint32_t i = 0; i < kMost; i++) {
    a[i] = static_cast<float>(static_cast<int32_t>(mix64(i))) * 0x1p-20f;
    b[i] = 1 / (1 + static_cast<float>(i));
    index[i] = static_cast<uint32_t>(mix64(1000 + i)) % kMost;
    text[i] = "a,b\"c\n1\t"[mix64(2000 + i) % 8];
  }
  for (std::size_t n = 0; n <= kMost; n++) {
    const float dot = kernel::dot({a, n}, {b, n});
    const float gathered = kernel::gather<PlainLoad>(
        {index, n}, {a, n}, [](uint32_t i) -> const float& { return b[i]; });
    for (std::size_t i = 0; i < n; i++)
      y[i] = b[i];
    kernel::axpy(0.1f, {a, n}, {y, n});
    const kernel::Scan scan = kernel::structural_scan({text, n}, {',', '"', '\n', '\n'}, positions);
    add<float>(sums.dot, {&dot, 1});
    add<float>(sums.gather, {&gathered, 1});
    add<float>(sums.axpy, {y, n});
    add<uint32_t>(sums.scan, {positions, scan.count});
    sums.scan += scan.odd ? 1 : 0;
  }
  return sums;
}

// Names and numbers of one text: `word17:-3.25 9001:1.5e-07 ...`
struct Texts {
  uint32_t names = 0, numbers = 0;
};

Texts texts_at_this_level() noexcept {
  constexpr std::size_t kRoom = kMost + kernel::kTokenSlack;
  static char text[64 * kMost];
  static uint32_t begin[kRoom], size[kRoom], seed[kRoom], hashes[kRoom];
  static float values[kRoom];
  Texts texts;
  for (const bool is_name : {true, false}) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < kMost; i++) {
      begin[i] = at;
      seed[i] = i;
      const uint64_t draw = mix64(3000 + i);
      if (is_name && draw % 3 != 0)
        for (uint64_t k = draw >> 8 & 15, bits = draw >> 16; k > 0; k--, bits /= 7)
          text[at++] = static_cast<char>('a' + bits % 26);
      char* end = is_name ? format_u64(draw >> (draw % 64), text + at)
                          : format_float(static_cast<float>(static_cast<int32_t>(draw)) *
                                             (draw % 2 == 0 ? 0x1p-31f : 1e-9f),
                                         text + at);
      at = static_cast<uint32_t>(end - text);
      size[i] = at - begin[i];
      text[at++] = ' ';
    }
    const kernel::Tokens tokens{text, begin, size, kMost};
    if (is_name)
      kernel::murmur_x8(tokens, seed, true, hashes);
    else
      kernel::decimal_x4(tokens, values);
  }
  add<uint32_t>(texts.names, {hashes, kMost});
  add<float>(texts.numbers, {values, kMost});
  return texts;
}

}  // namespace

// At the machine's best level, and again without special instructions: both must be what other targets print.
void print_kernels() noexcept {
  for (const kernel::Level level : {kernel::best_level(), kernel::Level::scalar}) {
    if (!kernel::use(level).ok()) continue;
    const Sums sums = sums_at_this_level();
    print_bits("kernel.dot", sums.dot);
    print_bits("kernel.gather", sums.gather);
    print_bits("kernel.axpy", sums.axpy);
    print_bits("kernel.scan", sums.scan);
    const Texts texts = texts_at_this_level();
    print_bits("kernel.names", texts.names);
    print_bits("kernel.numbers", texts.numbers);
  }
}

}  // namespace freshet
