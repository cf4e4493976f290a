#pragma once
/// Writes JSON at the end of a string; commas come by themselves.
///
///     JsonWriter json(out);
///     json.begin_object().key("lsn").value(lsn).key("loss").begin_array();
///     for (const double loss : losses) json.value(loss);
///     json.end_array().end_object();
///
/// A number that is not finite becomes null: JSON has no other word for it. Text that is not UTF-8
/// gets U+FFFD in place of what is wrong. REQUIRES: keys come before values of objects only, and
/// all that was begun is ended.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "freshet/base/chars.h"

namespace freshet {

/// Appends the text in quotes, escaped. False if it was not UTF-8 (then U+FFFD stands for what was
/// wrong).
bool append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  /// out: borrowed; grows.
  explicit JsonWriter(std::string& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name) {
    value(name);
    out_ += ':';
    needs_comma_ = false;
    return *this;
  }

  JsonWriter& value(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool claim) { return raw(claim ? "true" : "false"); }
  JsonWriter& value(float number) {
    return number - number == 0 ? raw(Digits(number).text()) : null();
  }
  JsonWriter& value(double number) {
    return number - number == 0 ? raw(Digits(number).text()) : null();
  }
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  JsonWriter& value(T number) {
    return raw(Digits(number).text());
  }
  JsonWriter& null() { return raw("null"); }

  /// One JSON value as it is.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

 private:
  void comma() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
  }
  JsonWriter& open(char bracket) {
    comma();
    out_ += bracket;
    needs_comma_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
    return *this;
  }

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace freshet
