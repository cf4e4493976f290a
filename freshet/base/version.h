#pragma once
#include <string_view>

namespace freshet {

/// Of the whole project; CMakeLists.txt reads it from here.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace freshet
