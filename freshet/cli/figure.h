#pragma once
#include <optional>
#include <string>

namespace freshet {

/// One measured number of a benchmark: what `freshet bench` prints, and compares with its gate.
struct Figure {
  std::string name;  // what was measured, for people
  double value = 0;
  std::string unit;
  std::optional<double> gate{};  // none: reported only
  bool at_least = true;          // of the gate: the value must be at least (or else at most) that
  std::string note{};            // what it was made of: times, losses, versions

  bool holds() const noexcept { return !gate || (at_least ? value >= *gate : value <= *gate); }
};

}  // namespace freshet
