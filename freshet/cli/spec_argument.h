#pragma once
/// A spec as people give it: inline, as @file, or as JSON.

#include <string>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

/// The spec's text in the grammar of core/spec.h. `word`: such a text; `@FILE`, which holds a text or
/// JSON; or JSON, `{"pipeline":[{"scale":{}},{"logistic":{"learning_rate":0.005}}]}`.
Result<std::string> spec_text(std::string_view word) noexcept;

/// JSON alone. `invalid_argument` says where.
Result<std::string> spec_from_json(std::string_view json) noexcept;

}  // namespace freshet
