#pragma once
/// Options, declared once: a constexpr table per options struct that every surface reads (C++, spec
/// text, JSON, command flags, help, completions, Python, the model file).
///
///     struct FtrlOptions { float alpha = 0.1f; uint32_t bits = 18; };
///     inline constexpr std::array kFtrlOptions{
///         option<&FtrlOptions::alpha>("alpha", "Scale of the per-weight learning rate.", 1e-6,
///         100), option<&FtrlOptions::bits>("bits", "Weights held: 2^bits.", 1, 30, "log2")};
///
/// `option<&T::member>` deduces the type and makes the accessor. Defaults live only in the struct.
/// A renamed option keeps its old names as aliases: "rate|alpha". An enum member is a choice: pass
/// its names, in order from 0.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "freshet/base/status.h"

namespace freshet {

/// A nested model as text, e.g. "hoeffding_tree(grace_period=50)". Borrowed during `make`.
struct SpecText {
  std::string_view text;
};

enum class Type : uint8_t { f32, f64, i32, u32, u64, boolean, text, texts, choice, spec, specs };

struct OptionSpec {
  std::string_view name;  // aliases behind '|'
  std::string_view doc;
  std::string_view unit;
  Type type;
  double low, high;                           // inclusive; not used for boolean, text, choice, spec
  std::span<const std::string_view> choices;  // names of an enum's values 0, 1, ...
  void* (*address)(void* options) noexcept;
};

namespace option_detail {
template <class T>
consteval Type type_of() {
  if constexpr (std::is_same_v<T, float>)
    return Type::f32;
  else if constexpr (std::is_same_v<T, double>)
    return Type::f64;
  else if constexpr (std::is_same_v<T, int32_t>)
    return Type::i32;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return Type::u32;
  else if constexpr (std::is_same_v<T, uint64_t>)
    return Type::u64;
  else if constexpr (std::is_same_v<T, bool>)
    return Type::boolean;
  else if constexpr (std::is_same_v<T, std::string_view>)
    return Type::text;
  else if constexpr (std::is_same_v<T, std::span<const std::string_view>>)
    return Type::texts;
  else if constexpr (std::is_same_v<T, SpecText>)
    return Type::spec;
  else if constexpr (std::is_same_v<T, std::span<const SpecText>>)
    return Type::specs;
  else {
    static_assert(std::is_enum_v<T> && sizeof(T) == 1,
                  "an option is a number, bool, text, spec or a one-byte enum");
    return Type::choice;
  }
}
template <auto Member>
struct Access;
template <class Options, class T, T Options::* Member>
struct Access<Member> {
  static constexpr Type type = type_of<T>();
  static void* address(void* options) noexcept {
    return &(static_cast<Options*>(options)->*Member);
  }
};
}  // namespace option_detail

/// A numeric, boolean, text or spec option.
template <auto Member>
constexpr OptionSpec option(std::string_view name, std::string_view doc, double low = 0,
                            double high = 0, std::string_view unit = {}) {
  using A = option_detail::Access<Member>;
  return {name, doc, unit, A::type, low, high, {}, &A::address};
}

/// An enum option; `choices[k]` names the enum's value k. REQUIRES: `choices` has static storage.
template <auto Member>
constexpr OptionSpec option(std::string_view name, std::string_view doc,
                            std::span<const std::string_view> choices) {
  using A = option_detail::Access<Member>;
  static_assert(A::type == Type::choice);
  return {name, doc, {}, A::type, 0, 0, choices, &A::address};
}

/// The part of an option's name before the aliases.
constexpr std::string_view option_name(const OptionSpec& o) noexcept {
  return o.name.substr(0, o.name.find('|'));
}
/// The option called `name` ('-' reads as '_'; aliases count), or null.
const OptionSpec* find_option(std::span<const OptionSpec> table, std::string_view name) noexcept;
/// Reads `text` into the option. Unknown name: `not_found` naming the nearest; bad or out of
/// bounds: `invalid_argument` stating the bounds or choices. On error nothing changes. `at` is the
/// option's place in the table. Texts and specs are borrowed: `text` must live as long as the
/// options are read. `texts`, `specs` are not set here.
Status set_option(std::span<const OptionSpec> table, void* options, std::string_view name,
                  std::string_view text) noexcept;
/// The option's value as text that `set_option` reads back exactly. Returns characters written, at
/// most `out.size()`; 64 are enough for all but texts and specs, whose full length is returned even
/// if it does not fit.
std::size_t format_option(const OptionSpec& spec, const void* options,
                          std::span<char> out) noexcept;

}  // namespace freshet
