#pragma once
/// Every format that `-d` takes: those of format/ and those that need a library.

#include <span>
#include <string_view>

#include "freshet/format/format.h"

namespace freshet {

/// In the order in which a text is tried against them.
std::span<const Format* const> input_formats() noexcept;
/// The format called `name`, or null.
const Format* find_input_format(std::string_view name) noexcept;
/// By the ending of a file's name (".gz" and the like taken off), else by the first line that isn't
/// blank; null: none fits.
const Format* sniff_input(std::string_view file_name, std::string_view text) noexcept;

}  // namespace freshet
