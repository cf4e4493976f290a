#include "freshet/format/token_window.h"

#include <algorithm>
#include <cstring>

#include "freshet/kernel/decimal_x4.h"
#include "freshet/kernel/structural_scan.h"

namespace freshet {

std::size_t TokenWindow::cut(std::span<const char> window) noexcept {
  const char* begin = window.data();
  for (std::size_t k = std::min(kBytes, window.size()); k-- > 0;)
    if (begin[k] == '\n') return k + 1;
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
  const kernel::Scan scan =
      kernel::structural_scan(text, {' ', ':', kHasSections ? '|' : '#', '\n'}, position_);
  if (scan.odd) return false;
  reserve(scan.count);
  walk<kHasSections>(scan.count);
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
  while (at != end) {
    Line line{};
    line.begin = begin;
    line.section = static_cast<uint32_t>(sections_.size());
    line.token = n;
    bool odd = false;
    uint32_t p = *at;
    char c = text[p];
    // The tokens from `p` on, a blank, up to another kind of byte.
    const auto tokens = [&] {
      while (c == ' ') {
        // Mostly name:value and a blank: two positions at once.
        uint32_t colon = at[1], next = at[2];
        while (text[colon] == ':' && text[next] == ' ') {
          name[n] = p + 1;
          name_size[n] = colon - p - 1;
          number[n] = colon + 1;
          number_size[n] = next - colon - 1;
          odd |= (colon - p == 1) | (next - colon == 1);
          ++n;
          p = next;
          at += 2;
          colon = at[1];
          next = at[2];
        }
        const uint32_t from = p + 1;
        p = *++at;
        c = text[p];
        const uint32_t size = p - from;
        name[n] = from;
        name_size[n] = size;
        number[n] = number_size[n] = 0;
        if (c == ':') {
          const uint32_t value = p + 1;
          p = *++at;
          c = text[p];
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
        c = text[p];
      }
      line.bar = p;
      while (c == '|') {
        Section section{};
        section.name = p + 1;
        p = *++at;
        c = text[p];
        section.name_size = p - section.name;
        section.begin = n;
        tokens();
        section.end = n;
        sections_.push_back(section);
        if (c == ':') {  // a section's weight, or name:text:text
          odd = true;
          while (c != '|' && c != '\n') {
            p = *++at;
            c = text[p];
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
          c = text[p];
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
  found_ = kernel::decimal_x4({text_, number_.data(), number_size_.data(), count_}, value_.data());
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
