#pragma once
#include <cstddef>

namespace freshet {

/// Length of the UTF-8 sequence at `at`, 1 to 4; 0 if there is none (overlong, surrogate, beyond
/// U+10FFFF, cut short). REQUIRES: at != end.
std::size_t utf8_length(const char* at, const char* end) noexcept;

}  // namespace freshet
