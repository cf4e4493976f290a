#include "freshet/base/crc32c.h"

#include <array>

#include "freshet/base/coding.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace freshet {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78u;  // bits reversed
using Tables = std::array<std::array<uint32_t, 256>, 8>;

// Row 0 is one byte's remainder; row k is that of the byte followed by k zero bytes.
constexpr Tables make_tables() noexcept {
  Tables tables{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < 8; k++) {
    for (uint32_t i = 0; i < 256; i++) {
      const uint32_t before = tables[k - 1][i];
      tables[k][i] = (before >> 8) ^ tables[0][before & 255];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

// Eight bytes at a time ("slicing by 8").  crc: already inverted.
uint32_t update_portable(uint32_t crc, const std::byte* at, std::size_t size) noexcept {
  for (; size >= 8; size -= 8, at += 8) {
    const uint32_t low = get_u32(at) ^ crc, high = get_u32(at + 4);
    crc = kTables[7][low & 255] ^ kTables[6][low >> 8 & 255] ^ kTables[5][low >> 16 & 255] ^
          kTables[4][low >> 24] ^ kTables[3][high & 255] ^ kTables[2][high >> 8 & 255] ^
          kTables[1][high >> 16 & 255] ^ kTables[0][high >> 24];
  }
  for (; size > 0; size--, at++)
    crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<uint32_t>(*at)) & 255];
  return crc;
}

#if defined(__x86_64__)

// Remainders after `size` zero bytes, one table for each byte of the remainder: joins streams
// computed side by side.
using Shift = std::array<std::array<uint32_t, 256>, 4>;

constexpr Shift make_shift(std::size_t size) noexcept {
  std::array<uint32_t, 32> image{};  // of each single bit
  for (uint32_t bit = 0; bit < 32; bit++) {
    uint32_t crc = uint32_t{1} << bit;
    for (std::size_t i = 0; i < size; i++)
      crc = (crc >> 8) ^ kTables[0][crc & 255];
    image[bit] = crc;
  }
  Shift shift{};
  for (uint32_t k = 0; k < 4; k++) {
    for (uint32_t i = 0; i < 256; i++) {
      for (uint32_t bit = 0; bit < 8; bit++) {
        if ((i >> bit & 1) != 0) shift[k][i] ^= image[8 * k + bit];
      }
    }
  }
  return shift;
}

constexpr std::size_t kStream = 512;
constexpr Shift kShift = make_shift(kStream);

uint32_t shifted(uint32_t crc) noexcept {
  return kShift[0][crc & 255] ^ kShift[1][crc >> 8 & 255] ^ kShift[2][crc >> 16 & 255] ^
         kShift[3][crc >> 24];
}

// The instruction takes 3 cycles but starts one each cycle: three streams keep it busy.
__attribute__((target("sse4.2"))) uint32_t update_sse42(uint32_t crc, const std::byte* at,
                                                        std::size_t size) noexcept {
  for (; size >= 3 * kStream; size -= 3 * kStream, at += 3 * kStream) {
    uint64_t a = crc, b = 0, c = 0;
    for (std::size_t i = 0; i < kStream; i += 8) {
      a = _mm_crc32_u64(a, get_u64(at + i));
      b = _mm_crc32_u64(b, get_u64(at + kStream + i));
      c = _mm_crc32_u64(c, get_u64(at + 2 * kStream + i));
    }
    crc = shifted(shifted(static_cast<uint32_t>(a)) ^ static_cast<uint32_t>(b)) ^
          static_cast<uint32_t>(c);
  }
  uint64_t wide = crc;
  for (; size >= 8; size -= 8, at += 8)
    wide = _mm_crc32_u64(wide, get_u64(at));
  crc = static_cast<uint32_t>(wide);
  for (; size > 0; size--, at++)
    crc = _mm_crc32_u8(crc, std::to_integer<unsigned char>(*at));
  return crc;
}

uint32_t update(uint32_t crc, const std::byte* at, std::size_t size) noexcept {
  return __builtin_cpu_supports("sse4.2") ? update_sse42(crc, at, size)
                                          : update_portable(crc, at, size);
}

#elif defined(__ARM_FEATURE_CRC32)

uint32_t update(uint32_t crc, const std::byte* at, std::size_t size) noexcept {
  for (; size >= 8; size -= 8, at += 8)
    crc = __crc32cd(crc, get_u64(at));
  for (; size > 0; size--, at++)
    crc = __crc32cb(crc, std::to_integer<uint8_t>(*at));
  return crc;
}

#else

uint32_t update(uint32_t crc, const std::byte* at, std::size_t size) noexcept {
  return update_portable(crc, at, size);
}

#endif

}  // namespace

uint32_t crc32c(std::span<const std::byte> bytes, uint32_t crc) noexcept {
  return ~update(~crc, bytes.data(), bytes.size());
}

uint32_t crc32c_portable(std::span<const std::byte> bytes, uint32_t crc) noexcept {
  return ~update_portable(~crc, bytes.data(), bytes.size());
}

}  // namespace freshet
