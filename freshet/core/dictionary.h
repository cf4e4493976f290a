#pragma once
/// Feature indices to rows 0, 1, 2 ... by first appearance.
///
/// Learners and transforms that keep something for each feature keep it in arrays by row. Where indices are schema ids
/// that appear in order, row and index are the same number: identity() says how far, and look-ups there cost one compare.
/// Elsewhere an open-addressed index finds the row. About 16 bytes a key, from the model's pool.

#include <cstdint>
#include <span>

#include "freshet/base/bits.h"
#include "freshet/core/component.h"
#include "freshet/core/example.h"
#include "freshet/core/pool_array.h"

namespace freshet {

class Dictionary {
 public:
  explicit Dictionary(Pool& pool) noexcept : keys_(pool), index_(pool) {}

  /// The row of `key`, or kNone.
  uint32_t find(uint32_t key) const noexcept { return key < identity_ ? key : search(key); }
  /// The row of `key`, added if new; kNone at the pool's limit.
  uint32_t add(uint32_t key) noexcept;
  /// Adds every feature index of dense, numeric and nominal (as `mix(index, category)`). All or none: false at the
  /// pool's limit. An example met before costs a look-up each.
  bool add_all(const Example& x) noexcept;

  uint32_t size() const noexcept { return static_cast<uint32_t>(keys_.size()); }
  /// Rows 0 to identity()-1 hold the keys 0 to identity()-1.
  uint32_t identity() const noexcept { return identity_; }
  /// By row.
  std::span<const uint32_t> keys() const noexcept { return keys_.span(); }

  /// Forgets the rows from `size` on.  O(rows); for taking back what was just added.
  void shrink(uint32_t size) noexcept;
  /// As if `keys` had been added in order to an empty dictionary. False at the pool's limit, or when one repeats.
  bool assign(std::span<const uint32_t> keys) noexcept;

 private:
  uint32_t search(uint32_t key) const noexcept;
  bool rehash(std::size_t room) noexcept;
  void insert(uint32_t row) noexcept;

  PoolArray<uint32_t> keys_;
  PoolArray<uint32_t> index_;  // rows + 1, or 0; a power of two long, at most half full
  uint32_t identity_ = 0;
};

}  // namespace freshet
