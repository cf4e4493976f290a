#pragma once
/// `index:number index:number ...`, what sparse lines and svmlight have in common: an index is the
/// feature's number as it stands, 0 .. 2^32-1; order is free, the same index twice is an error;
/// features of value 0 are left out and counted.
///
/// With --features N a row is a vector instead: place 0 is the first feature, what isn't there is 0, and
/// an index beyond the last place is an error.

#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/format/mistake.h"
#include "freshet/format/token_window.h"

namespace freshet {

class IndexedFeatures {
 public:
  /// first: the index of the first feature. width: of the vector, 0: features stay sparse.
  IndexedFeatures(uint32_t first, uint32_t width) noexcept : first_(first), width_(width) {}

  /// Adds those of [at, end) and their one group to the example begun. False: see `mistake`; the
  /// caller drops the example.  REQUIRES: 8 readable bytes behind `end`.
  bool read(const char* at, const char* end, ExampleBlock& out, Mistake& mistake) noexcept;

  /// The same for tokens [begin, end) of a window whose values are read. False: they need care, and
  /// the caller drops the example. Plain are those whose indices rise, of at most eight digits.
  bool read_plain(const TokenWindow& tokens, uint32_t begin, uint32_t end,
                  ExampleBlock& out) noexcept;

  /// Features of value 0 in examples so far.
  uint64_t zeros() const noexcept { return zeros_; }
  void add_zeros(uint64_t count) noexcept { zeros_ += count; }
  uint64_t give_zeros() noexcept { return std::exchange(zeros_, 0); }

 private:
  bool index(std::string_view token, const char*& colon, Mistake& mistake) noexcept;
  bool fits(uint32_t index) const noexcept { return width_ == 0 || index - first_ < width_; }
  void add_vector(std::span<const float> values, ExampleBlock& out) const noexcept;

  const uint32_t first_, width_;
  uint64_t zeros_ = 0;
  std::vector<uint32_t> indices_;  // of one line, to find one that stands twice
  std::vector<float> values_;      // theirs, for a vector
};

}  // namespace freshet
