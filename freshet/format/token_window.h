#pragma once
/// A window of line text taken apart into tokens, without a look at what they say: the fast half of
/// the readers of VW text, sparse lines and svmlight.
///
/// One scan finds the bytes that structure the text, one walk over them makes arrays of where names
/// and values are; kernels then turn all names and all values of the window into numbers at once.
/// What is rare (tabs, CR, weights of sections, text values ...) makes a line, or the whole window,
/// not plain: who reads it takes the careful way, which decides what is an error. So the two ways
/// must agree on every line that is plain.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/kernel/decimal_x4.h"

namespace freshet {

class TokenWindow {
 public:
  /// Bytes of text that are taken at a time: text, positions and tokens stay in the caches next to
  /// the core. A longer line is a window of its own.
  static constexpr std::size_t kBytes = 16 * 1024;

  /// `| name a:1 b` from the bar on: tokens [begin, end).
  struct Section {
    uint32_t name, name_size;  // place in the text
    uint32_t begin, end;
  };
  struct Line {
    uint32_t begin, end, next;  // [begin, end) without LF; where the next begins
    uint32_t bar;               // the first bar, or the end
    uint32_t section, sections_end;
    uint32_t token, tokens_end;
    bool is_plain;
  };

  /// The longest piece at the front of `window` that is whole lines and at most kBytes, or one line;
  /// 0: there is none, but maybe a line without LF.
  static std::size_t cut(std::span<const char> window) noexcept;

  /// Lines with sections behind bars. `text`: whole lines, each with its LF; 64 readable bytes
  /// behind. False: there is a byte below 0x20 other than LF, and nothing was taken apart.
  bool take_sections(std::span<const char> text) noexcept;
  /// Lines of `label token token ...` without bars; `#` makes a line not plain.
  bool take_flat(std::span<const char> text) noexcept;

  std::span<const Line> lines() const noexcept { return lines_; }
  std::span<const Section> sections() const noexcept { return sections_; }
  const char* text() const noexcept { return text_; }

  /// Numbers of all values, 1 where a token has none, NaN where it is none.
  void read_values() noexcept;
  /// Hashes of all names, by the seed of each token's section: seeds()[token].
  void hash_names(bool digits_are_numbers) noexcept;

  std::span<uint32_t> seeds() noexcept { return {seed_.data(), count_}; }
  /// Of the values: how many are NaN, and whether any is 0.
  kernel::Decimals found() const noexcept { return found_; }
  std::string_view name(uint32_t token) const noexcept {
    return {text_ + name_[token], name_size_[token]};
  }
  bool has_value(uint32_t token) const noexcept { return number_size_[token] != 0; }
  const uint32_t* index() const noexcept { return index_.data(); }
  const float* value() const noexcept { return value_.data(); }

 private:
  template <bool kHasSections>
  bool take(std::span<const char> text) noexcept;
  // A walk over the positions: `at` is the one it is at.
  struct Walk {
    uint32_t at, token;
    bool odd;
  };
  template <bool kHasSections>
  void walk(uint32_t positions) noexcept;
  void walk_tokens(Walk& walk) noexcept;
  bool pairs(Walk& walk, uint32_t stop) noexcept;
  bool words(Walk& walk, uint32_t stop) noexcept;
  void mixed(Walk& walk) noexcept;
  uint32_t next_stop(uint32_t position) const noexcept;
  bool are_colons(uint32_t begin, uint32_t end, uint64_t pattern) const noexcept;
  void reserve(std::size_t positions) noexcept;

  const char* text_ = nullptr;
  std::size_t size_ = 0, count_ = 0;  // bytes; tokens
  std::vector<uint32_t> position_;
  std::vector<uint64_t> colons_, stops_;  // a bit for each position
  std::vector<Line> lines_;
  std::vector<Section> sections_;
  // By token.
  std::vector<uint32_t> name_, name_size_, number_, number_size_, seed_, index_;
  std::vector<float> value_;
  kernel::Decimals found_{};
};

}  // namespace freshet
