#include "freshet/format/token_window.h"

#include <algorithm>
#include <cstring>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/structural_scan.h"
#include "freshet/kernel/token_pairs.h"

namespace freshet {
namespace {

// Whether one of eight bytes is LF.
bool has_line_end(const char* bytes) noexcept {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  word ^= 0x0a0a0a0a0a0a0a0a;  // LF becomes the only zero byte
  return ((word - 0x0101010101010101) & ~word & 0x8080808080808080) != 0;
}

}  // namespace

std::size_t TokenWindow::cut(std::span<const char> window) noexcept {
  const char* begin = window.data();
  std::size_t k = std::min(kBytes, window.size());
  while (k >= 8 && !has_line_end(begin + k - 8))
    k -= 8;
  for (; k > 0; k--)
    if (begin[k - 1] == '\n') return k;
  if (window.size() <= kBytes) return 0;
  const void* end = std::memchr(begin + kBytes, '\n', window.size() - kBytes);
  return end == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(end) - begin) + 1;
}

bool TokenWindow::take_sections(std::span<const char> text) noexcept {
  return take<true>(text);
}

bool TokenWindow::take_flat(std::span<const char> text) noexcept {
  return take<false>(text);
}

void TokenWindow::reserve(std::size_t positions) noexcept {
  // Each token begins at a position of its own.
  const std::size_t tokens = positions + kernel::kTokenSlack;
  if (name_.size() >= tokens) return;
  for (auto* words : {&name_, &name_size_, &number_, &number_size_, &seed_, &index_})
    words->resize(tokens);
  value_.resize(tokens);
}

template <bool kHasSections>
bool TokenWindow::take(std::span<const char> text) noexcept {
  text_ = text.data();
  size_ = text.size();
  count_ = 0;
  lines_.clear();
  sections_.clear();
  const std::size_t room = size_ + kernel::kScanSlack;
  if (position_.size() < room) position_.resize(room);
  if (const std::size_t words = size_ / 64 + 3; colons_.size() < words) {
    colons_.resize(words);
    stops_.resize(words);
  }
  const kernel::Scan scan = kernel::token_scan(text, {' ', ':', kHasSections ? '|' : '#', '\n'},
                                               position_, {colons_.data(), stops_.data()});
  if (scan.odd) return false;
  reserve(scan.count);
  walk<kHasSections>(static_cast<uint32_t>(scan.count));
  // What is behind the last token is read with it.
  for (std::size_t k = count_; k < count_ + kernel::kTokenSlack; ++k)
    name_[k] = name_size_[k] = number_[k] = number_size_[k] = 0;
  return true;
}

// No look at names and numbers here, and no branch that depends on them.
template <bool kHasSections>
void TokenWindow::walk(uint32_t positions) noexcept {
  const auto byte = [&](uint32_t k) { return text_[position_[k]]; };
  Walk walk{0, 0, false};
  uint32_t begin = 0;
  while (walk.at != positions) {
    Line line{};
    line.begin = begin;
    line.section = static_cast<uint32_t>(sections_.size());
    line.token = walk.token;
    walk.odd = false;
    if constexpr (kHasSections) {
      const uint32_t bar = next_stop(walk.at);
      walk.odd = !are_colons(walk.at, bar, 0);
      walk.at = bar;
      line.bar = position_[bar];
      while (byte(walk.at) == '|') {
        Section section{};
        section.name = position_[walk.at] + 1;
        section.name_size = position_[++walk.at] - section.name;
        section.begin = walk.token;
        walk_tokens(walk);
        section.end = walk.token;
        sections_.push_back(section);
      }
    } else {
      line.bar = position_[walk.at];  // behind the label
      walk_tokens(walk);
      while (byte(walk.at) != '\n') {  // a comment
        walk.odd = true;
        walk.at = next_stop(walk.at + 1);
      }
    }
    line.end = position_[walk.at++];
    line.next = begin = line.end + 1;
    line.sections_end = static_cast<uint32_t>(sections_.size());
    line.tokens_end = walk.token;
    line.is_plain = !walk.odd;
    lines_.push_back(line);
  }
  count_ = walk.token;
}

// The tokens from a blank on, up to a bar or the end of the line. In nearly all texts they are all
// of one kind, and are then told by whole words of bits.
void TokenWindow::walk_tokens(Walk& walk) noexcept {
  const uint32_t stop = next_stop(walk.at);
  if (walk.at == stop || pairs(walk, stop) || words(walk, stop)) return;
  if (text_[position_[walk.at]] == ' ') mixed(walk);
  if (walk.at == stop) return;
  walk.odd = true;  // a section's weight, or name:text:text
  walk.at = stop;
}

// name:value name:value ...
bool TokenWindow::pairs(Walk& walk, uint32_t stop) noexcept {
  constexpr uint64_t kSecond = 0xaaaaaaaaaaaaaaaa;
  if ((stop - walk.at) % 2 != 0 || !are_colons(walk.at, stop, kSecond)) return false;
  const uint32_t count = (stop - walk.at) / 2;
  const kernel::Pairs pairs{name_.data() + walk.token, name_size_.data() + walk.token,
                            number_.data() + walk.token, number_size_.data() + walk.token};
  const bool empty = kernel::token_pairs(position_.data() + walk.at, count, pairs);
  walk.odd = walk.odd || empty;
  walk.token += count;
  walk.at = stop;
  return true;
}

// name name ...
bool TokenWindow::words(Walk& walk, uint32_t stop) noexcept {
  if (!are_colons(walk.at, stop, 0)) return false;
  const uint32_t count = stop - walk.at;
  const uint32_t* at = position_.data() + walk.at;
  uint32_t *name = name_.data() + walk.token, *name_size = name_size_.data() + walk.token,
           *number = number_.data() + walk.token, *number_size = number_size_.data() + walk.token;
  uint32_t empty = 0;
  for (uint32_t k = 0; k < count; ++k) {
    name[k] = at[k] + 1;
    name_size[k] = at[k + 1] - at[k] - 1;
    number[k] = number_size[k] = 0;
    empty |= static_cast<uint32_t>(at[k + 1] - at[k] == 1);
  }
  if (empty != 0) return false;  // two blanks
  walk.token += count;
  walk.at = stop;
  return true;
}

// One by one.
void TokenWindow::mixed(Walk& walk) noexcept {
  const auto byte = [&](uint32_t k) { return text_[position_[k]]; };
  uint32_t at = walk.at, n = walk.token;
  while (byte(at) == ' ') {
    const uint32_t from = position_[at] + 1, to = position_[++at];
    name_[n] = from;
    name_size_[n] = to - from;
    number_[n] = number_size_[n] = 0;
    if (byte(at) == ':') {
      const uint32_t end = position_[++at];
      number_[n] = to + 1;
      number_size_[n] = end - to - 1;
      walk.odd = walk.odd || to == from || end == to + 1;
    }
    n += to != from;
  }
  walk.at = at;
  walk.token = n;
}

// The next bar (or comment) or end of a line at or behind a position.
uint32_t TokenWindow::next_stop(uint32_t position) const noexcept {
  uint32_t word = position / 64;
  uint64_t bits = stops_[word] & ~uint64_t{0} << position % 64;
  while (bits == 0)
    bits = stops_[++word];
  return word * 64 + static_cast<uint32_t>(__builtin_ctzll(bits));
}

// Colons among positions [begin, end) are where `pattern`, of period 2 from `begin`, says.
bool TokenWindow::are_colons(uint32_t begin, uint32_t end, uint64_t pattern) const noexcept {
  if (begin % 2 != 0) pattern = pattern << 1 | pattern >> 63;
  uint64_t other = 0;
  for (uint32_t word = begin / 64; word * 64 < end; ++word) {
    uint64_t inside = ~uint64_t{0};
    if (word == begin / 64) inside <<= begin % 64;
    if (word == end / 64) inside &= (uint64_t{1} << end % 64) - 1;
    other |= (colons_[word] ^ pattern) & inside;
  }
  return other == 0;
}

void TokenWindow::read_values() noexcept {
  found_ = kernel::decimal_x4({text_, number_.data(), number_size_.data(), count_}, value_.data());
}

void TokenWindow::hash_names(bool digits_are_numbers) noexcept {
  kernel::murmur_x8({text_, name_.data(), name_size_.data(), count_}, seed_.data(),
                    digits_are_numbers, index_.data());
}

}  // namespace freshet
