#pragma once
/// `index:number index:number ...`, what sparse lines and svmlight have in common: an index is the
/// feature's number as it stands, 0 .. 2^32-1; order is free, the same index twice is an error;
/// features of value 0 are left out and counted.

#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/format/mistake.h"
#include "freshet/format/token_window.h"

namespace freshet {

class IndexedFeatures {
 public:
  /// Adds those of [at, end) and their one group to the example begun. False: see `mistake`; the
  /// caller drops the example. has_zero: index 0 is allowed.
  /// REQUIRES: 8 readable bytes behind `end`.
  bool read(const char* at, const char* end, bool has_zero, ExampleBlock& out,
            Mistake& mistake) noexcept;

  /// The same for tokens [begin, end) of a window whose values are read. False: they need care, and
  /// the caller drops the example. Plain are those whose indices rise, of at most eight digits.
  bool read_plain(const TokenWindow& tokens, uint32_t begin, uint32_t end, bool has_zero,
                  ExampleBlock& out) noexcept;

  /// Features of value 0 in examples so far.
  uint64_t zeros() const noexcept { return zeros_; }
  void add_zeros(uint64_t count) noexcept { zeros_ += count; }
  uint64_t give_zeros() noexcept { return std::exchange(zeros_, 0); }

 private:
  bool index(std::string_view token, bool has_zero, const char*& colon, Mistake& mistake) noexcept;

  uint64_t zeros_ = 0;
  std::vector<uint32_t> indices_;  // of one line, to find one that stands twice
};

}  // namespace freshet
