#pragma once
#include <string_view>

namespace freshet {

/// What a model may be called, by every door and in the data folder: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127},
/// and not `stats`, which is a path.
bool is_model_name(std::string_view name) noexcept;

}  // namespace freshet
