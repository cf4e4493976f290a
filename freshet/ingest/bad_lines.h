#pragma once
/// What happens to lines that can't be read: stop at the first, or leave them out and count them.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/format/line_reader.h"

namespace freshet {

/// `elec2.csv:17:24: expected a number for "nswdemand", found "n/a" (use --missing n/a, or
/// --on-bad-line skip)`. Bytes that aren't UTF-8 are shown as \xNN, long ones cut.
std::string describe(const Bad& bad, std::string_view source);

class BadLines {
 public:
  /// is_skipping: false stops at the first.
  explicit BadLines(bool is_skipping) noexcept : is_skipping_(is_skipping) {}

  /// Counts it; the first three are shown by a notice. Fails if it is the first and may not be
  /// skipped, or the hundredth before any good line: then it is another format.
  Status take(const Bad& bad, std::string_view source) noexcept;
  /// A good line was read.
  void take_good() noexcept { has_good_ = true; }

  /// Those that were met when a cache was written.
  void add(Reason reason, uint64_t count) noexcept {
    counts_[static_cast<std::size_t>(reason)] += count;
    total_ += count;
  }
  uint64_t count(Reason reason) const noexcept { return counts_[static_cast<std::size_t>(reason)]; }
  uint64_t total() const noexcept { return total_; }
  /// "2 bad lines skipped: 1 number, 1 quote"; empty: none.
  std::string summary() const;

 private:
  const bool is_skipping_;
  bool has_good_ = false;
  std::array<uint64_t, kReasons> counts_{};
  uint64_t total_ = 0;
};

}  // namespace freshet
