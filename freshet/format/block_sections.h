#pragma once
/// What a block is made of, for those who write and read its bytes (docs/blocks-format.md).

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace freshet {

/// Arrays are then in memory as in the file.
inline constexpr bool kIsLittleEndian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

/// Written to files: never change or reuse. Tags from kBlockMaySkip on may be skipped when unknown.
enum class BlockTag : uint16_t {
  labelled = 1,
  labels = 2,
  weights = 3,
  times = 4,
  numeric_ends = 5,
  numeric_index = 6,
  numeric_value = 7,
  nominal = 8,
  groups = 9,
  dense = 10,
  ids = 11,
  names = 12,
  decisions = 13,
  lines = 14,
  queries = 15,
  text = 16,
  ragged_dense = 17,   // rows of different width
  ragged_labels = 18,  // labels of different number
};
inline constexpr uint16_t kBlockMaySkip = 0x8000;
inline constexpr char kBlockMagic[4] = {'F', 'B', 'K', '1'};
inline constexpr uint16_t kBlockVersion = 1;
inline constexpr uint16_t kBlockOwnNames = 1;  // flag bit 0

/// Bytes of a section of `n`, with the zeros behind it.
constexpr std::size_t block_padded(std::size_t n) noexcept {
  return (n + 7) / 8 * 8;
}

/// What an item of an array is as bytes.
template <class T>
using BlockBits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

/// Items of example `k`, whose part ends at end[k].
inline uint32_t width(const std::vector<uint32_t>& end, uint32_t k) noexcept {
  return end[k] - (k == 0 ? 0 : end[k - 1]);
}

}  // namespace freshet
