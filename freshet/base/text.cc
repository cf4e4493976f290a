#include "freshet/base/text.h"

#include <algorithm>

namespace freshet {
namespace {

constexpr std::size_t kLongest = 64;

}  // namespace

uint32_t edit_distance(std::string_view a, std::string_view b, uint32_t limit) noexcept {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (a.size() > kLongest || b.size() > kLongest || gap > limit) return limit + 1;
  // rows[i % 3][j]: edits between the first i bytes of a and the first j of b; a swap looks two
  // rows back.
  uint32_t rows[3][kLongest + 1];
  for (std::size_t j = 0; j <= b.size(); j++)
    rows[0][j] = static_cast<uint32_t>(j);
  for (std::size_t i = 1; i <= a.size(); i++) {
    uint32_t* row = rows[i % 3];
    const uint32_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
    row[0] = static_cast<uint32_t>(i);
    uint32_t best = row[0];
    for (std::size_t j = 1; j <= b.size(); j++) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0u : 1u)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit + 1) return limit + 1;  // a swap can still take one off
  }
  return std::min(rows[a.size() % 3][b.size()], limit + 1);
}

std::string_view nearest_name(std::string_view wanted,
                              std::span<const std::string_view> names) noexcept {
  if (wanted.size() < 2) return {};  // every name of a letter or two would be near
  const auto limit = std::clamp<uint32_t>(
      static_cast<uint32_t>(std::min<std::size_t>(wanted.size(), 64) / 3), 1, 3);
  std::string_view nearest;
  uint32_t fewest = limit + 1;
  for (const std::string_view name : names) {
    const uint32_t edits = edit_distance(wanted, name, limit);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = name;
  }
  if (fewest <= 1) return nearest;
  for (const std::string_view name : names) {
    if (starts_with(name, wanted)) return name;
  }
  return nearest;
}

}  // namespace freshet
