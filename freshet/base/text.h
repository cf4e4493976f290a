#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// Small helpers for names in text, without memory of their own.
namespace freshet {

/// Edits (insert, remove, change, swap neighbours) that turn a into b; at most `limit` + 1, which
/// means "more". Names over 64 bytes count as more than any limit.  Source: Damerau 1964; optimal
/// string alignment.
uint32_t edit_distance(std::string_view a, std::string_view b, uint32_t limit) noexcept;

/// The name most like `wanted`, for "did you mean": an edit away; else one that it is the beginning
/// of; else within a third of its length (at most 3 edits). The first of equals. Empty when none is
/// near, and for a single letter.
std::string_view nearest_name(std::string_view wanted,
                              std::span<const std::string_view> names) noexcept;

constexpr bool starts_with(std::string_view text, std::string_view with) noexcept {
  return text.substr(0, with.size()) == with;
}

}  // namespace freshet
