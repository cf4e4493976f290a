#pragma once
#include <cstdint>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

/// A failed Status that owns a copy of `text`: for messages with a path, a number or a reason of
/// the system in them.
///
/// Rings 3-6 only: it takes memory from the heap. When there is none left, the Status says so and
/// keeps its code. A zero byte in `text` becomes a question mark.
Status failure(Code code, std::string_view text, uint32_t at = 0) noexcept;

}  // namespace freshet
