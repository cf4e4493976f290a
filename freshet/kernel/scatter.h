#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/live.h"

namespace freshet::kernel {

/// weight_of(index[i]) += scale * value[i], one after the other, so that an index that repeats is
/// added to twice. weight_of: uint32_t -> float&. Stores with live_store: readers may look on.
/// REQUIRES: equal sizes; the writer.
template <class WeightOf>
inline void scatter(float scale, std::span<const uint32_t> index, std::span<const float> value,
                    WeightOf&& weight_of) noexcept {
  for (std::size_t i = 0; i < index.size(); i++) {
    float& weight = weight_of(index[i]);
    live_store(weight, weight + scale * value[i]);
  }
}

/// The same over a contiguous table of a power of two of weights: index & mask.
inline void scatter(float scale, std::span<const uint32_t> index, std::span<const float> value,
                    float* weights, uint32_t mask) noexcept {
  scatter(scale, index, value, [=](uint32_t i) -> float& { return weights[i & mask]; });
}

}  // namespace freshet::kernel
