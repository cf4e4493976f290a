#pragma once
/// Made-up data that several benchmarks learn from.

#include <cstdint>
#include <memory>
#include <string_view>

#include "freshet/core/example_block.h"
#include "freshet/format/generate/generator.h"

namespace freshet {

/// Features of a row of made_up_rows().
inline constexpr uint32_t kMadeUpWidth = 16;

/// Rows `first` .. `first + count - 1` of an endless table: 16 numbers from -1 to 1, classes 0 and 1 in turn. Dense
/// columns with names 0 .. 15, or hashed features without.
ExampleBlock made_up_rows(uint64_t first, uint32_t count, bool is_hashed) noexcept;

/// Who writes VW text of that shape of `freshet data clicks`. REQUIRES: there is one.
std::unique_ptr<RowMaker> made_up_text(std::string_view shape) noexcept;

}  // namespace freshet
