#pragma once
/// Short words and their ids, looked up before the schema is: most texts have few, again and again.

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "freshet/core/component.h"

namespace freshet {

/// 2^kBits places, one for each word of up to eight bytes: the last of those that share it. Ids never
/// change, so what is found is right.
template <uint32_t kBits>
class WordIds {
 public:
  /// Where the id of `word` is, kNone until it is set there. Null: the word is empty or too long.
  /// REQUIRES: 8 readable bytes from its first on; no NUL in it.
  uint32_t* find(std::string_view word) noexcept {
    if (word.size() - 1 > 7) return nullptr;
    uint64_t key;
    std::memcpy(&key, word.data(), 8);
    if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) key = __builtin_bswap64(key);
    key &= ~uint64_t{0} >> (64 - 8 * word.size());  // without NUL words of two lengths differ
    const auto place = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> (64 - kBits));
    if (key_[place] != key) {
      key_[place] = key;
      id_[place] = kNone;
    }
    return &id_[place];
  }

 private:
  std::array<uint64_t, std::size_t{1} << kBits> key_{};
  std::array<uint32_t, std::size_t{1} << kBits> id_{};
};

}  // namespace freshet
