#pragma once
/// Numbers and columns as people read them on a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace freshet {

/// `digits` significant ones, zeros at the end dropped: 0.5, 1.2e+09.
std::string human(double value, int digits = 6);
/// `decimals` of them.
std::string fixed(double value, int decimals);

/// `text` in `width` characters, blanks behind it; a longer one as it is.
std::string aligned_left(std::string_view text, std::size_t width);
/// The same, blanks before it.
std::string aligned_right(std::string_view text, std::size_t width);

}  // namespace freshet
