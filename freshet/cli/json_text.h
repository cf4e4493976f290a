#pragma once
/// JSON written by hand, in the order it is said: numbers in the fewest digits that read back exactly,
/// NaN and infinities as null.

#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {

/// `"text"` with escapes; bytes that aren't UTF-8 become U+FFFD.
std::string json_string(std::string_view text);
std::string json_number(double value);

/// Builds one value. REQUIRES: begin and end calls match.
class JsonText {
 public:
  JsonText& begin_object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name);
  JsonText& text(std::string_view value) { return raw(json_string(value)); }
  JsonText& number(double value) { return raw(json_number(value)); }
  JsonText& count(uint64_t value) { return raw(std::to_string(value)); }
  JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonText& null() { return raw("null"); }
  /// `key` and a value in one.
  JsonText& text(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonText& number(std::string_view name, double value) { return key(name).number(value); }
  JsonText& count(std::string_view name, uint64_t value) { return key(name).count(value); }
  JsonText& boolean(std::string_view name, bool value) { return key(name).boolean(value); }

  const std::string& str() const noexcept { return out_; }

 private:
  JsonText& open(char c);
  JsonText& close(char c);
  JsonText& raw(std::string_view value);
  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace freshet
