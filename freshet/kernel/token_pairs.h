#pragma once
#include <cstddef>
#include <cstdint>

/// Where the names and values of `a:1 b:2 ...` are, from the positions of its blanks and colons.
namespace freshet::kernel {

/// Parts of a text: pair k has its name at [name[k], name[k] + name_size[k]), and its number likewise.
struct Pairs {
  uint32_t *name, *name_size, *number, *number_size;
};

/// Takes `count` pairs apart: at[2k] is the blank before pair k, at[2k + 1] its colon, at[2 count] what ends the last one.
/// Answers whether some name or number is empty.
///
/// REQUIRES: room for kTokenSlack (murmur_x8.h) more in each of the four, to be overwritten with anything, and kScanSlack
/// (structural_scan.h) readable positions behind the last.
bool token_pairs(const uint32_t* at, std::size_t count, Pairs pairs) noexcept;

}  // namespace freshet::kernel
