#pragma once
#include <cstddef>

namespace freshet {

/// A row of the table of `vw`, in floats: {w, N, G, s}. What each example changes beside the weight stands together.
inline constexpr std::size_t kVwRow = 4;
enum VwCell : std::size_t { kWeight, kLargest, kSquares, kScale };

}  // namespace freshet
