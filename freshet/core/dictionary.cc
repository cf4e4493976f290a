#include "freshet/core/dictionary.h"

namespace freshet {
namespace {
std::size_t home(uint32_t key, std::size_t mask) noexcept {
  return static_cast<std::size_t>(mix64(key + 1)) & mask;
}
}  // namespace

uint32_t Dictionary::search(uint32_t key) const noexcept {
  if (index_.size() == 0) return kNone;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = home(key, mask);; at = (at + 1) & mask) {
    if (index_[at] == 0) return kNone;
    if (keys_[index_[at] - 1] == key) return index_[at] - 1;
  }
}

void Dictionary::insert(uint32_t row) noexcept {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = home(keys_[row], mask);
  while (index_[at] != 0)
    at = (at + 1) & mask;
  index_[at] = row + 1;
}

bool Dictionary::rehash(std::size_t room) noexcept {
  PoolArray<uint32_t>& index = index_;
  if (!index.reserve(room)) return false;
  for (uint32_t& cell : index.span())
    cell = 0;
  (void)index.resize(room);  // reserved
  for (uint32_t row = identity_; row < size(); row++)
    insert(row);
  return true;
}

uint32_t Dictionary::add(uint32_t key) noexcept {
  if (const uint32_t row = find(key); row != kNone) return row;
  const uint32_t row = size();
  if (row == kNone || !keys_.reserve(keys_.size() + 1)) return kNone;
  if (key == row && identity_ == row) {
    keys_.push(key);
    identity_++;
    return row;
  }
  const std::size_t searched = size() - identity_ + 1;
  const auto slots = static_cast<std::size_t>(next_power_of_two(4 * searched));
  if (index_.size() < 2 * searched && !rehash(slots)) return kNone;
  keys_.push(key);
  insert(row);
  return row;
}

bool Dictionary::add_all(const Example& x) noexcept {
  const uint32_t before = size();
  bool room = true;
  const auto admit = [&](uint32_t key) { room = room && (key < identity_ || add(key) != kNone); };
  if (x.dense.size() > identity_)
    for (std::size_t k = identity_; k < x.dense.size(); k++)
      admit(static_cast<uint32_t>(k));
  for (const uint32_t index : x.numeric.index)
    admit(index);
  for (std::size_t k = 0; k < x.nominal.index.size(); k++)
    admit(mix(x.nominal.index[k], x.nominal.category[k]));
  if (!room) shrink(before);
  return room;
}

void Dictionary::shrink(uint32_t to) noexcept {
  for (uint32_t& cell : index_.span())
    cell = 0;
  (void)keys_.resize(to);  // smaller
  if (identity_ > to) identity_ = to;
  for (uint32_t row = identity_; row < to; row++)
    insert(row);
}

bool Dictionary::assign(std::span<const uint32_t> keys) noexcept {
  shrink(0);
  for (const uint32_t key : keys) {
    const uint32_t row = size();
    if (add(key) != row || size() != row + 1) return false;
  }
  return true;
}

}  // namespace freshet
