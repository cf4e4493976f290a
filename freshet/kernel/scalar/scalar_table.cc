#include "freshet/base/hash.h"
#include "freshet/base/short_number.h"
#include "freshet/kernel/lanes.h"
#include "freshet/kernel/positions.h"
#include "freshet/kernel/scalar/scalar.h"
#include "freshet/kernel/table.h"
#include "freshet/kernel/token_words.h"

// The twins without special instructions: what every other level must equal to the bit, and all
// that a microcontroller links.
namespace freshet::kernel {
namespace {

float dot_scalar(const float* a, const float* b, std::size_t n) noexcept {
  float lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; k++)
      lanes[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; i < n; i++, k++)
    lanes[k] += a[i] * b[i];
  return sum_lanes(lanes);
}

void axpy_scalar(float scale, const float* x, float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i++)
    y[i] += x[i] * scale;
}

Scan structural_scan_scalar(const char* text, std::size_t size, ScanBytes bytes,
                            uint32_t* positions) noexcept {
  Scan scan{0, false};
  for (std::size_t i = 0; i < size; i++) {
    const char c = text[i];
    if (c == bytes.a || c == bytes.b || c == bytes.c || c == bytes.d) {
      positions[scan.count++] = static_cast<uint32_t>(i);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      scan.odd = true;
    }
  }
  return scan;
}

Scan token_scan_scalar(const char* text, std::size_t size, ScanBytes bytes, uint32_t* positions,
                       Kinds kinds) noexcept {
  const Scan scan = structural_scan_scalar(text, size, bytes, positions);
  mark_kinds(text, bytes, positions, scan.count, kinds);
  return scan;
}

}  // namespace

uint32_t hash_one(const char* at, uint32_t size, uint32_t seed, bool digits_are_numbers) noexcept {
  const std::string_view name(at, size);
  if (!digits_are_numbers) return murmur3_32(name, seed);
  if (size == 0) return seed;
  if (static_cast<unsigned char>(*at - '0') > 9) return murmur3_32(name, seed);
  uint32_t number = 0;
  if (size <= 8) return short_digits(at, size, &number) ? number + seed : murmur3_32(name, seed);
  return hash_name(name, seed);
}

float decimal_one(const char* at, uint32_t size) noexcept {
  float value = 1;
  if (size != 0 && parse_cell(at, size, &value) != Parse::ok) return __builtin_nanf("");
  return value;
}

bool token_pairs_scalar(const uint32_t* at, std::size_t count, Pairs pairs) noexcept {
  uint32_t empty = 0;
  for (std::size_t k = 0; k < count; k++) {
    const uint32_t blank = at[2 * k], colon = at[2 * k + 1], next = at[2 * k + 2];
    pairs.name[k] = blank + 1;
    pairs.name_size[k] = colon - blank - 1;
    pairs.number[k] = colon + 1;
    pairs.number_size[k] = next - colon - 1;
    empty |= static_cast<uint32_t>(colon - blank == 1) | static_cast<uint32_t>(next - colon == 1);
  }
  return empty != 0;
}

void murmur_x8_scalar(Tokens names, const uint32_t* seed, bool digits_are_numbers,
                      uint32_t* out) noexcept {
  for (std::size_t i = 0; i < names.count; i++)
    out[i] = hash_one(names.text + names.begin[i], names.size[i], seed[i], digits_are_numbers);
}

Decimals decimal_x4_scalar(Tokens numbers, float* out) noexcept {
  Decimals all{0, false};
  for (std::size_t i = 0; i < numbers.count; i++) {
    out[i] = decimal_one(numbers.text + numbers.begin[i], numbers.size[i]);
    all.bad += out[i] != out[i];
    all.has_zero |= out[i] == 0;
  }
  return all;
}

constinit const Table kScalarTable = {Level::scalar,          dot_scalar,        axpy_scalar,
                                      structural_scan_scalar, token_scan_scalar, token_pairs_scalar, murmur_x8_scalar,
                                      decimal_x4_scalar};

}  // namespace freshet::kernel
