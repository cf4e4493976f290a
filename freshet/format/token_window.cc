#include "freshet/format/token_window.h"

#include <algorithm>
#include <cstring>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/structural_scan.h"

namespace freshet {

std::size_t TokenWindow::cut(std::span<const char> window, bool last) noexcept {
  const char* begin = window.data();
  if (window.size() > kBytes) {
    for (std::size_t k = kBytes; k-- > 0;)
      if (begin[k] == '\n') return k + 1;
  }
  if (window.size() <= kBytes && last) return window.size();
  const std::size_t searched = window.size() > kBytes ? kBytes : 0;
  if (searched == 0) {
    for (std::size_t k = window.size(); k-- > 0;)
      if (begin[k] == '\n') return k + 1;
    return 0;
  }
  const void* end = std::memchr(begin + searched, '\n', window.size() - searched);
  if (end != nullptr) return static_cast<std::size_t>(static_cast<const char*>(end) - begin) + 1;
  return last ? window.size() : 0;
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
  const std::size_t room = size_ + 1 + kernel::kScanSlack;
  if (position_.size() < room) position_.resize(room);
  const kernel::Scan scan =
      kernel::structural_scan(text, {' ', ':', kHasSections ? '|' : '#', '\n'}, position_);
  if (scan.odd) return false;
  std::size_t positions = scan.count;
  if (size_ != 0 && text.back() != '\n')
    position_[positions++] = static_cast<uint32_t>(size_);  // a last line without an end
  reserve(positions);
  walk<kHasSections>(positions);
  // What is behind the last token is read with it.
  for (std::size_t k = count_; k < count_ + kernel::kTokenSlack; ++k)
    name_[k] = name_size_[k] = number_[k] = number_size_[k] = 0;
  return true;
}

// No look at names and numbers here, and no branch that depends on them.
template <bool kHasSections>
void TokenWindow::walk(std::size_t positions) noexcept {
  const char* text = text_;
  const uint32_t *at = position_.data(), *const end = at + positions;
  uint32_t begin = 0, n = 0;
  uint32_t *name = name_.data(), *name_size = name_size_.data(), *number = number_.data(),
           *number_size = number_size_.data();
  const auto byte = [&](uint32_t p) { return p == size_ ? '\n' : text[p]; };
  while (at != end) {
    Line line{};
    line.begin = begin;
    line.section = static_cast<uint32_t>(sections_.size());
    line.token = n;
    bool odd = false;
    uint32_t p = *at;
    char c = byte(p);
    // The tokens from `p` on, a blank, up to another kind of byte.
    const auto tokens = [&] {
      while (c == ' ') {
        const uint32_t from = p + 1;
        p = *++at;
        c = byte(p);
        const uint32_t size = p - from;
        name[n] = from;
        name_size[n] = size;
        number[n] = number_size[n] = 0;
        if (c == ':') {
          const uint32_t value = p + 1;
          p = *++at;
          c = byte(p);
          number[n] = value;
          number_size[n] = p - value;
          odd = odd || size == 0 || value == p || c == ':';
        }
        n += size != 0;
      }
    };
    if constexpr (kHasSections) {
      while (c != '|' && c != '\n') {
        odd = odd || c == ':';
        p = *++at;
        c = byte(p);
      }
      line.bar = p;
      while (c == '|') {
        Section section{};
        section.name = p + 1;
        p = *++at;
        c = byte(p);
        section.name_size = p - section.name;
        section.begin = n;
        tokens();
        section.end = n;
        sections_.push_back(section);
        if (c == ':') {  // a section's weight, or name:text:text
          odd = true;
          while (c != '|' && c != '\n') {
            p = *++at;
            c = byte(p);
          }
        }
      }
    } else {
      line.bar = p;  // behind the label
      tokens();
      if (c != '\n') {
        odd = true;
        while (c != '\n') {
          p = *++at;
          c = byte(p);
        }
      }
    }
    ++at;
    line.end = p;
    line.next = begin = p + 1;
    line.sections_end = static_cast<uint32_t>(sections_.size());
    line.tokens_end = n;
    line.is_plain = !odd;
    lines_.push_back(line);
  }
  count_ = n;
}

void TokenWindow::read_values() noexcept {
  kernel::decimal_x4({text_, number_.data(), number_size_.data(), count_}, value_.data());
}

void TokenWindow::hash_names(bool digits_are_numbers) noexcept {
  kernel::murmur_x8({text_, name_.data(), name_size_.data(), count_}, seed_.data(),
                    digits_are_numbers, index_.data());
}

bool TokenWindow::read_indices() noexcept {
  bool all = true;
  for (std::size_t k = 0; k < count_; ++k) {
    uint32_t number = 0;
    const char* at = text_ + name_[k];
    for (uint32_t i = 0; i < name_size_[k]; ++i) {
      const auto digit = static_cast<uint32_t>(static_cast<unsigned char>(at[i])) - '0';
      all = all && digit <= 9;
      number = number * 10 + digit;
    }
    all = all && name_size_[k] <= 9;
    index_[k] = number;
  }
  return all;
}

}  // namespace freshet
