#include "freshet/core/options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/base/text.h"

namespace freshet {
namespace {

bool same_name(std::string_view declared, std::string_view wanted) noexcept {
  if (declared.size() != wanted.size()) return false;
  for (std::size_t k = 0; k < wanted.size(); ++k)
    if (declared[k] != (wanted[k] == '-' ? '_' : wanted[k])) return false;
  return true;
}

/// True for any of "name|alias|alias".
bool is_called(const OptionSpec& spec, std::string_view wanted) noexcept {
  for (std::string_view rest = spec.name;;) {
    const std::size_t bar = rest.find('|');
    if (same_name(rest.substr(0, bar), wanted)) return true;
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

std::string human(double x) {
  char text[kNumberChars];
  return {text, static_cast<std::size_t>(format_human(x, text) - text)};
}

Status out_of_bounds(const OptionSpec& spec, std::string_view text, uint32_t at) {
  return failure(Code::invalid_argument,
                 std::string(option_name(spec)) + ": " + std::string(text) + " is outside " +
                     human(spec.low) + " to " + human(spec.high),
                 at);
}

Status not_a(const OptionSpec& spec, std::string_view what, std::string_view text, uint32_t at) {
  return failure(Code::invalid_argument,
                 std::string(option_name(spec)) + ": expected " + std::string(what) + ", found \"" +
                     std::string(text) + "\"",
                 at);
}

template <class T>
Status set_integer(const OptionSpec& spec, void* to, std::string_view text, uint32_t at) {
  using Wide = std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>;
  Wide x = 0;
  if (!parse_all(text, &x)) {
    double real = 0;  // 1e5 is a whole number too
    if (!parse_all(text, &real) || real != std::floor(real))
      return not_a(spec, "a whole number", text, at);
    if (real < spec.low || real > spec.high) return out_of_bounds(spec, text, at);
    x = static_cast<Wide>(real);
  }
  if (static_cast<double>(x) < spec.low || static_cast<double>(x) > spec.high)
    return out_of_bounds(spec, text, at);
  *static_cast<T*>(to) = static_cast<T>(x);
  return {};
}

template <class T>
Status set_real(const OptionSpec& spec, void* to, std::string_view text, uint32_t at) {
  double wide = 0;
  if (!parse_all(text, &wide)) return not_a(spec, "a number", text, at);
  if (!(wide >= spec.low && wide <= spec.high)) return out_of_bounds(spec, text, at);
  T x{};
  if (!parse_all(text, &x)) return not_a(spec, "a number", text, at);
  *static_cast<T*>(to) = x;
  return {};
}

Status set_boolean(const OptionSpec& spec, void* to, std::string_view text, uint32_t at) {
  const bool yes = text == "true" || text == "1" || text == "yes" || text == "on";
  if (!yes && text != "false" && text != "0" && text != "no" && text != "off")
    return not_a(spec, "true or false", text, at);
  *static_cast<bool*>(to) = yes;
  return {};
}

Status set_choice(const OptionSpec& spec, void* to, std::string_view text, uint32_t at) {
  std::string all;
  for (std::size_t k = 0; k < spec.choices.size(); ++k) {
    if (same_name(spec.choices[k], text)) {
      *static_cast<uint8_t*>(to) = static_cast<uint8_t>(k);
      return {};
    }
    all += (k == 0 ? "" : k + 1 == spec.choices.size() ? " or " : ", ");
    all += spec.choices[k];
  }
  return not_a(spec, all, text, at);
}

std::size_t copy_text(std::string_view text, std::span<char> out) noexcept {
  std::memcpy(out.data(), text.data(), std::min(text.size(), out.size()));
  return text.size();
}

}  // namespace

const OptionSpec* find_option(std::span<const OptionSpec> table, std::string_view name) noexcept {
  for (const OptionSpec& spec : table)
    if (is_called(spec, name)) return &spec;
  return nullptr;
}

Status set_option(std::span<const OptionSpec> table, void* options, std::string_view name,
                  std::string_view text) noexcept {
  const OptionSpec* spec = find_option(table, name);
  if (spec == nullptr) {
    std::string message = "no option \"" + std::string(name) + "\"";
    std::array<std::string_view, 64> names;
    std::size_t count = 0;
    for (const OptionSpec& known : table)
      if (count < names.size()) names[count++] = option_name(known);
    if (const std::string_view nearest = nearest_name(name, std::span(names).first(count));
        !nearest.empty())
      message += "; did you mean \"" + std::string(nearest) + "\"?";
    else if (count == 0)
      message += "; it has none";
    return failure(Code::not_found, message);
  }
  const auto at = static_cast<uint32_t>(spec - table.data());
  void* to = spec->address(options);
  switch (spec->type) {
    case Type::f32:
      return set_real<float>(*spec, to, text, at);
    case Type::f64:
      return set_real<double>(*spec, to, text, at);
    case Type::i32:
      return set_integer<int32_t>(*spec, to, text, at);
    case Type::u32:
      return set_integer<uint32_t>(*spec, to, text, at);
    case Type::u64:
      return set_integer<uint64_t>(*spec, to, text, at);
    case Type::boolean:
      return set_boolean(*spec, to, text, at);
    case Type::choice:
      return set_choice(*spec, to, text, at);
    case Type::text:
      *static_cast<std::string_view*>(to) = text;
      return {};
    case Type::spec:
      static_cast<SpecText*>(to)->text = text;
      return {};
    case Type::texts:
    case Type::specs:
      return {Code::unsupported, "options: a repeated option is set as a whole by its surface", at};
  }
  return {Code::internal, "options: a type without a rule", at};
}

std::size_t format_option(const OptionSpec& spec, const void* options,
                          std::span<char> out) noexcept {
  // Reading through the accessor changes nothing; it takes a mutable pointer because writing goes
  // the same way.
  const void* from = spec.address(const_cast<void*>(options));
  const auto digits = [&](auto x) { return copy_text(Digits(x).text(), out); };
  switch (spec.type) {
    case Type::f32:
      return digits(*static_cast<const float*>(from));
    case Type::f64:
      return digits(*static_cast<const double*>(from));
    case Type::i32:
      return digits(*static_cast<const int32_t*>(from));
    case Type::u32:
      return digits(*static_cast<const uint32_t*>(from));
    case Type::u64:
      return digits(*static_cast<const uint64_t*>(from));
    case Type::boolean:
      return copy_text(*static_cast<const bool*>(from) ? "true" : "false", out);
    case Type::choice:
      return copy_text(spec.choices[*static_cast<const uint8_t*>(from)], out);
    case Type::text:
      return copy_text(*static_cast<const std::string_view*>(from), out);
    case Type::spec:
      return copy_text(static_cast<const SpecText*>(from)->text, out);
    case Type::texts:
    case Type::specs:
      return 0;
  }
  return 0;
}

}  // namespace freshet
