#include "freshet/net/utf8.h"

namespace freshet {

std::size_t utf8_length(const char* at, const char* end) noexcept {
  const std::size_t left = static_cast<std::size_t>(end - at);
  const auto is_within = [&](std::size_t i, unsigned low, unsigned high) {
    const unsigned byte = static_cast<unsigned char>(at[i]);
    return byte >= low && byte <= high;
  };
  const unsigned first = static_cast<unsigned char>(*at);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return left >= 2 && is_within(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return left >= 3 && is_within(1, low, high) && is_within(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    const bool good = left >= 4 && is_within(1, low, high) && is_within(2, 0x80, 0xbf) &&
                      is_within(3, 0x80, 0xbf);
    return good ? 4 : 0;
  }
  return 0;
}

}  // namespace freshet
