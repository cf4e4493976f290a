#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/live.h"

/// Sparse sums: products of values and the weights that indices name, in the order of all kernels.
///
/// Inline templates and not dispatched: weights come one by one from tables of any layout, and a
/// call for each example would cost more than vector instructions win here.
namespace freshet::kernel {

/// A sum in 16 lanes, element i in lane i mod 16, for loops that make their own products; the tree
/// is that of dot.
///
///     LaneSum sum;
///     for (...) sum.add(x * w);
///     return sum.value();
class LaneSum {
 public:
  void add(float product) noexcept { lanes_[at_++ & 15] += product; }

  float value() const noexcept {
    float half[8];
    for (std::size_t k = 0; k < 8; k++)
      half[k] = lanes_[k] + lanes_[k + 8];
    for (std::size_t k = 0; k < 4; k++)
      half[k] += half[k + 4];
    return (half[0] + half[2]) + (half[1] + half[3]);
  }

 private:
  float lanes_[16] = {};
  std::size_t at_ = 0;
};

/// Sum of value[i] * weight_of(index[i]).  weight_of: uint32_t -> const float&. Load: PlainLoad for the writer,
/// LiveLoad for readers beside it.  REQUIRES: equal sizes.
/// Equals dot over the gathered weights to the bit.
template <class Load, class WeightOf>
inline float gather(std::span<const uint32_t> index, std::span<const float> value,
                    WeightOf&& weight_of) noexcept {
  typedef float Four __attribute__((vector_size(16)));
  const std::size_t n = index.size();
  const uint32_t* at = index.data();
  const float* x = value.data();
  const auto product = [&](std::size_t i) -> float { return x[i] * Load::load(weight_of(at[i])); };
  const auto products = [&](std::size_t i) -> Four {
    const Four w = {Load::load(weight_of(at[i])), Load::load(weight_of(at[i + 1])),
                    Load::load(weight_of(at[i + 2])), Load::load(weight_of(at[i + 3]))};
    return Four{x[i], x[i + 1], x[i + 2], x[i + 3]} * w;
  };
  Four a = {}, b = {}, c = {}, d = {};  // lanes 0-3, 4-7, 8-11, 12-15
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    a += products(i);
    b += products(i + 4);
    c += products(i + 8);
    d += products(i + 12);
  }
  const auto add_rest = [&](Four& lanes) {
    if (i + 4 <= n) {
      lanes += products(i);
    } else if (i < n) {
      lanes += Four{product(i), i + 1 < n ? product(i + 1) : 0, i + 2 < n ? product(i + 2) : 0, 0};
    }
    i += 4;
  };
  if (i < n) add_rest(a);
  if (i < n) add_rest(b);
  if (i < n) add_rest(c);
  if (i < n) add_rest(d);
  const Four quarter = (a + c) + (b + d);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// The same over a contiguous table of a power of two of weights: index & mask.
template <class Load>
inline float gather(std::span<const uint32_t> index, std::span<const float> value,
                    const float* weights, uint32_t mask) noexcept {
  return gather<Load>(index, value, [=](uint32_t i) -> const float& { return weights[i & mask]; });
}

}  // namespace freshet::kernel
