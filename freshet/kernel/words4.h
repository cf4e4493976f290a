#pragma once
#include "freshet/kernel/token_words.h"

/// What murmur_lanes needs of vectors of four 32-bit lanes; a level adds lanes(), the bits of a mask.
/// Unnamed namespace: see lanes.h.
namespace freshet::kernel {
namespace {

struct Words4 {
  static constexpr std::size_t kWidth = 4;
  typedef uint32_t Type __attribute__((vector_size(16)));
  typedef int32_t Signed __attribute__((vector_size(16)));

  static Type load(const void* from) noexcept {
    Type v;
    __builtin_memcpy(&v, from, sizeof(v));
    return v;
  }
  static void store(Type v, uint32_t* to) noexcept { __builtin_memcpy(to, &v, sizeof(v)); }
  // Names of digits are read one by one here.
  static bool numbers(const char*, const uint32_t*, const uint32_t*, Type*) noexcept {
    return false;
  }
  // Sixteen bytes of each name, transposed: block[k] has bytes 4k .. 4k + 3 of all. Little-endian.
  static void load_blocks(const char* text, const uint32_t* begin, Type* block) noexcept {
    const Type a = load(text + begin[0]), b = load(text + begin[1]), c = load(text + begin[2]),
               d = load(text + begin[3]);
    const Type ab = __builtin_shufflevector(a, b, 0, 4, 1, 5),
               cd = __builtin_shufflevector(c, d, 0, 4, 1, 5),
               ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7),
               cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    block[0] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    block[1] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    block[2] = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
    block[3] = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
  }
};

}  // namespace
}  // namespace freshet::kernel
