#pragma once
/// The features of an example in the order that everything by feature has: dense, numeric, nominal.

#include <cstddef>
#include <cstdint>

#include "freshet/base/bits.h"
#include "freshet/core/example.h"

namespace freshet {

/// The group whose values are no features: each is added to the score as it is (VW's `initial`, a label's third number).
/// No namespace has this key: theirs are bytes. Written to files.
inline constexpr uint32_t kInitialGroup = 256;

/// How many each_feature() visits; an explanation has one part more, the bias.
constexpr std::size_t feature_count(const Example& x) noexcept {
  return x.dense.size() + x.numeric.index.size() + x.nominal.index.size();
}

/// Calls f(index, value) for every feature; a nominal pair is the feature `mix(index, category)` of value 1.
/// Always inline: a walk made of this one is then as fast as loops of its own (3 % of `alma` were lost otherwise).
template <class F>
[[gnu::always_inline]] inline void each_feature(const Example& x, F&& f) noexcept {
  const std::span<const float> dense = x.dense;  // locals stay in registers, whatever f stores
  const Numeric numeric = x.numeric;
  const Nominal nominal = x.nominal;
  for (std::size_t k = 0; k < dense.size(); k++)
    f(static_cast<uint32_t>(k), dense[k]);
  for (std::size_t k = 0; k < numeric.index.size(); k++)
    f(numeric.index[k], numeric.value[k]);
  for (std::size_t k = 0; k < nominal.index.size(); k++)
    f(mix(nominal.index[k], nominal.category[k]), 1.0f);
}

}  // namespace freshet
