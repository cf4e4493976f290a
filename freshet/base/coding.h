#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "freshet/base/bits.h"

/// Numbers as little-endian bytes, on any machine and at any alignment: what all files and wires of
/// Freshet use.
///
/// put_*(to, x) writes and get_*(from) reads exactly 2, 4 or 8 bytes; the caller has checked that
/// they are there.
namespace freshet {

template <class T>
inline void put_little(std::byte* to, T x) noexcept {
  if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
    std::memcpy(to, &x, sizeof(T));
  } else {
    for (std::size_t i = 0; i < sizeof(T); i++)
      to[i] = static_cast<std::byte>(x >> (8 * i) & 0xff);
  }
}

template <class T>
inline T get_little(const std::byte* from) noexcept {
  T x = 0;
  if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
    std::memcpy(&x, from, sizeof(T));
  } else {
    for (std::size_t i = 0; i < sizeof(T); i++)
      x = static_cast<T>(x | static_cast<T>(from[i]) << (8 * i));
  }
  return x;
}

inline void put_u16(std::byte* to, uint16_t x) noexcept {
  put_little(to, x);
}
inline void put_u32(std::byte* to, uint32_t x) noexcept {
  put_little(to, x);
}
inline void put_u64(std::byte* to, uint64_t x) noexcept {
  put_little(to, x);
}
inline void put_i64(std::byte* to, int64_t x) noexcept {
  put_u64(to, static_cast<uint64_t>(x));
}
inline void put_f32(std::byte* to, float x) noexcept {
  put_u32(to, bit_cast<uint32_t>(x));
}
inline void put_f64(std::byte* to, double x) noexcept {
  put_u64(to, bit_cast<uint64_t>(x));
}

inline uint16_t get_u16(const std::byte* from) noexcept {
  return get_little<uint16_t>(from);
}
inline uint32_t get_u32(const std::byte* from) noexcept {
  return get_little<uint32_t>(from);
}
inline uint64_t get_u64(const std::byte* from) noexcept {
  return get_little<uint64_t>(from);
}
inline int64_t get_i64(const std::byte* from) noexcept {
  return static_cast<int64_t>(get_u64(from));
}
inline float get_f32(const std::byte* from) noexcept {
  return bit_cast<float>(get_u32(from));
}
inline double get_f64(const std::byte* from) noexcept {
  return bit_cast<double>(get_u64(from));
}

}  // namespace freshet
