#pragma once
/// Names of hashed features (--keep-names), so that `inspect` can say which feature a weight is of.
///
/// In the model file: chunk NAME, optional: u32 count | count x {u32 index, u16 length, bytes}, in the order in which they were
/// met. The index is the feature's whole hash; a learner's row is a part of its bits.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/model_file.h"

namespace freshet {

/// Written to files: never change.
inline constexpr ChunkTag kNamesChunk{{'N', 'A', 'M', 'E'}};

class KeptNames {
 public:
  /// The first name of an index is kept; of at most a million.
  void add(uint32_t index, std::string_view name);
  bool empty() const noexcept { return names_.empty(); }
  std::size_t size() const noexcept { return names_.size(); }

  std::vector<std::byte> encode() const;
  /// `corrupt`: lengths beyond the chunk.
  static Result<KeptNames> decode(std::span<const std::byte> bytes) noexcept;

  /// By row of 2^bits: the first name that falls into each, and the constant's.
  std::map<uint32_t, std::string> by_row(uint32_t bits) const;

 private:
  std::vector<std::pair<uint32_t, std::string>> names_;
  std::unordered_set<uint32_t> known_;
};

}  // namespace freshet
