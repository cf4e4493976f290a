#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// Numbers to text and back, exact to the last bit, on every target: the one number grammar of
/// Freshet.
///
///     [+-]? (D+ [. D*] | . D+) ([eE] [+-]? D+)?          no blanks, at most 1,000 characters
///
/// `nan`, `inf`, hexadecimal and underscores are never numbers. A decimal becomes the nearest float
/// (ties to even); a float printed by format_float comes back as itself, in as few digits as that
/// takes. Rings 0-2 don't use the floating from_chars and to_chars of the library: some of ours
/// lack them. Source: Clinger 1990 (fast path); Lemire, "Number parsing at a gigabyte per second",
/// 2021; Giulietti, "The Schubfach
/// way to render doubles", 2021.
namespace freshet {

enum class Parse : uint8_t {
  ok,
  none,   ///< no number begins here, or it is longer than 1,000 characters
  range,  ///< a number, but beyond the largest finite value of the type
};

/// end: behind the last character of the number; where it began for `none`.
struct ParseResult {
  const char* end;
  Parse parse;
  bool ok() const noexcept { return parse == Parse::ok; }
};

/// The longest number at `begin`; `out` is written only if ok. Underflow rounds, maybe to 0.
/// What follows the number is the caller's to judge: compare `end`.
ParseResult parse_float32(const char* begin, const char* end, float* out) noexcept;
ParseResult parse_double(const char* begin, const char* end, double* out) noexcept;

/// D+ without a sign; [+-]? D+. Values that don't fit are `range`.
ParseResult parse_u64(const char* begin, const char* end, uint64_t* out) noexcept;
ParseResult parse_i64(const char* begin, const char* end, int64_t* out) noexcept;

/// The whole text is one number that fits.
inline bool parse_all(std::string_view text, float* out) noexcept {
  const ParseResult r = parse_float32(text.data(), text.data() + text.size(), out);
  return r.ok() && r.end == text.data() + text.size();
}
inline bool parse_all(std::string_view text, double* out) noexcept {
  const ParseResult r = parse_double(text.data(), text.data() + text.size(), out);
  return r.ok() && r.end == text.data() + text.size();
}
inline bool parse_all(std::string_view text, uint64_t* out) noexcept {
  const ParseResult r = parse_u64(text.data(), text.data() + text.size(), out);
  return r.ok() && r.end == text.data() + text.size();
}
inline bool parse_all(std::string_view text, int64_t* out) noexcept {
  const ParseResult r = parse_i64(text.data(), text.data() + text.size(), out);
  return r.ok() && r.end == text.data() + text.size();
}

/// What the longest result needs, without a terminating zero.
inline constexpr std::size_t kNumberChars = 32;

/// The fewest digits that parse back to the same bits, the nearest of them to the value: `1`,
/// `0.1`, `-2.5`, `1e+30`, `1.5e-07`. Positional where that isn't longer; `-0` keeps its sign.
/// `nan`, `inf`, `-inf` for what no text of ours can hold. to: room for kNumberChars characters.
/// Returns the end; writes no zero behind it.
char* format_float(float value, char* to) noexcept;
char* format_double(double value, char* to) noexcept;
char* format_u64(uint64_t value, char* to) noexcept;
char* format_i64(int64_t value, char* to) noexcept;

/// For people: `digits` significant ones (1..17), correctly rounded, trailing zeros dropped,
/// exponents below 1e-4 and from 10^digits up: printf's %g.
char* format_human(double value, char* to, int digits = 6) noexcept;

/// For tables: `decimals` (0..9) behind the point, correctly rounded: printf's %.*f. From 1e15 up
/// as format_double.
char* format_fixed(double value, char* to, int decimals) noexcept;

/// A value's text in its own storage: `Digits(0.1f).text()` is "0.1".
class Digits {
 public:
  explicit Digits(float value) noexcept : size_(size(format_float(value, text_))) {}
  explicit Digits(double value) noexcept : size_(size(format_double(value, text_))) {}
  template <class T>
    requires(std::is_integral_v<T>)
  explicit Digits(T value) noexcept
      : size_(size(std::is_signed_v<T> ? format_i64(static_cast<int64_t>(value), text_)
                                       : format_u64(static_cast<uint64_t>(value), text_))) {}

  /// Borrowed while this object lives.
  std::string_view text() const noexcept { return {text_, size_}; }

 private:
  std::size_t size(const char* end) const noexcept { return static_cast<std::size_t>(end - text_); }
  char text_[kNumberChars];
  std::size_t size_;
};

}  // namespace freshet
