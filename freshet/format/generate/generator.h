#pragma once
/// Made-up streams with a known truth, as text: the same seed gives the same rows, each row by itself.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace freshet {

/// Writes rows that share something large, made once.
class RowMaker {
 public:
  virtual ~RowMaker() = default;
  /// As Generator::write.
  virtual void write(uint64_t row, std::string& out) noexcept = 0;
};

struct Generator {
  std::string_view name, summary, paper;
  std::string_view header;  // without a line end; empty: the text has none
  uint64_t examples;        // how many, where nobody says
  /// Appends row `row`, counted from 0, with its line end. Draws by Philox: key {seed, 0}, event
  /// `row`.
  void (*write)(uint32_t seed, uint64_t row, std::string& out) noexcept;
  /// Where `write` is null: kinds of rows, and who makes those of one of them.
  std::span<const std::string_view> shapes = {};
  std::unique_ptr<RowMaker> (*make)(uint32_t seed, uint32_t shape) noexcept = nullptr;
};

/// All of generators.def.
std::span<const Generator* const> generators() noexcept;
const Generator* find_generator(std::string_view name) noexcept;

}  // namespace freshet
