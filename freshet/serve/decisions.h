#pragma once
/// Decisions over the doors: from a call's text to a block, from probabilities to the action served.
///
/// A call has one input, `text`, BYTES [n]: each element is one decision as VW text (docs/decisions.md), its lines, the
/// shared one and one for each action, separated by line ends. Names are hashed as VW does by default.
/// Everything is pure; any thread. Errors are `invalid_argument` and name the place: "text: row 2: line 3, column 5: ...".

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/net/service.h"

namespace freshet {

/// out: cleared first. `learning`: each must have a chosen action, with its cost and probability.
Status read_decisions(const Call& call, bool learning, ExampleBlock& out) noexcept;

/// The actions served, drawn by the policy's probabilities with Philox: event hash64(id), decision k by its k-th draw. The
/// same id, seed and probabilities give the same action, so that it can be checked from the log. Reused.
class Served {
 public:
  /// probabilities: of all decisions of `block`, one after another.
  void draw(const ExampleBlock& block, std::span<const float> probabilities, std::string_view id,
            uint32_t seed) noexcept;
  /// The same for one decision.
  void draw(std::span<const float> probabilities, std::string_view id, uint32_t seed) noexcept;

  std::span<const int64_t> actions() const noexcept { return actions_; }  // [n], from 0
  std::span<const float> probability() const noexcept {
    return probability_;
  }  // [n], of the action
  std::span<const float> probabilities() const noexcept {
    return all_;
  }  // [n, widest], 0 behind the last action
  std::size_t widest() const noexcept { return widest_; }

 private:
  void begin(std::size_t decisions, std::size_t widest) noexcept;
  void add(std::span<const float> probabilities, double u) noexcept;

  std::vector<int64_t> actions_;
  std::vector<float> probability_, all_;
  std::size_t widest_ = 0;
};

}  // namespace freshet
