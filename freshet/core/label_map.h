#pragma once
/// How the text of a class label becomes a class id, for every reader and door alike.
///
/// A class is called as it is written, numbers in shortest form: `1.0` and `+1` are `1`. For a
/// learner with one output (trait kBinary) the first label registers its pair, negative first: 0
/// (or -1) and 1, false and true; so that P(positive) means the same whichever comes first. -1 and
/// 0 are then one class, called as it was first written. Otherwise ids follow first appearance.

#include <cstdint>
#include <optional>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/schema.h"

namespace freshet {

/// Id of the class called `text`, added if new. Writer only.
Result<uint32_t> add_class(Schema& schema, std::string_view text, bool binary) noexcept;

/// Id of the class called `text`, never added. Any thread.
std::optional<uint32_t> find_class(const Schema& schema, std::string_view text) noexcept;

/// The class that metrics take as positive: the one called 1 or true, else id 1.
uint32_t positive_class(const Schema& schema) noexcept;

}  // namespace freshet
