#pragma once
/// Made-up streams with a known truth, as CSV: the same seed gives the same rows, each row by itself.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace freshet {

struct Generator {
  std::string_view name, summary, paper;
  std::string_view header;  // without a line end
  uint64_t examples;        // how many, where nobody says
  /// Appends row `row`, counted from 0, with its line end. Draws by Philox: key {seed, 0}, event
  /// `row`.
  void (*write)(uint32_t seed, uint64_t row, std::string& out) noexcept;
};

/// All of generators.def.
std::span<const Generator* const> generators() noexcept;
const Generator* find_generator(std::string_view name) noexcept;

}  // namespace freshet
