#include "freshet/core/label_map.h"

#include "freshet/base/chars.h"

namespace freshet {
namespace {

// The name of a class: numbers in shortest form, in `digits`.
class ClassName {
 public:
  explicit ClassName(std::string_view written) noexcept : text_(written) {
    if (is_plain(written)) return;
    double number = 0;
    if (!parse_all(written, &number)) return;
    if (number == 0) number = 0;  // -0 is 0
    text_ = {digits_, static_cast<std::size_t>(format_double(number, digits_) - digits_)};
  }
  ClassName(const ClassName&) = delete;
  ClassName& operator=(const ClassName&) = delete;
  std::string_view text() const noexcept { return text_; }

 private:
  // A short whole number or a word: already in its shortest form.
  static bool is_plain(std::string_view text) noexcept {
    if (text.empty()) return true;
    const bool is_digit = text[0] >= '0' && text[0] <= '9';
    if (text.size() == 1 && is_digit) return true;
    return !is_digit && text[0] != '+' && text[0] != '-' && text[0] != '.';
  }
  char digits_[kNumberChars];
  std::string_view text_;
};

// -1 and 0 are the same class when the other one is known.
std::string_view alias(std::string_view name) noexcept {
  if (name == "-1") return "0";
  if (name == "0") return "-1";
  return {};
}

std::optional<uint32_t> find(const Schema& schema, std::string_view name) noexcept {
  const std::optional<uint32_t> known = schema.find_class(name);
  if (known) return known;
  // Only a registered pair shares: -1, 0, 1 of a learner with many classes stay three.
  const std::string_view other = alias(name);
  if (other.empty() || schema.class_count() != 2 || schema.class_name(1) != "1")
    return std::nullopt;
  return schema.class_name(0) == other ? std::optional<uint32_t>(0) : std::nullopt;
}

}  // namespace

std::optional<uint32_t> find_class(const Schema& schema, std::string_view text) noexcept {
  const ClassName name(text);
  return find(schema, name.text());
}

Result<uint32_t> add_class(Schema& schema, std::string_view text, bool binary) noexcept {
  const ClassName name(text);
  if (!binary) return schema.label_class(name.text());
  if (const std::optional<uint32_t> known = find(schema, name.text())) return *known;
  if (schema.class_count() == 0) {
    std::string_view negative;
    if (name.text() == "1") negative = "0";
    if (name.text() == "true") negative = "false";
    if (!negative.empty()) FRESHET_TRY(schema.label_class(negative));
    Result<uint32_t> id = schema.label_class(name.text());
    if (!id.ok()) return id;
    if (name.text() == "0" || name.text() == "-1") FRESHET_TRY(schema.label_class("1"));
    if (name.text() == "false") FRESHET_TRY(schema.label_class("true"));
    return id;
  }
  return schema.label_class(name.text());
}

uint32_t positive_class(const Schema& schema) noexcept {
  for (const std::string_view name : {std::string_view("1"), std::string_view("true")})
    if (const std::optional<uint32_t> id = schema.find_class(name)) return *id;
  return 1;
}

}  // namespace freshet
