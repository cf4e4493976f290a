#pragma once
/// The weights of one linear score or of several, with up to three floats beside each: optimizer slots and the penalty paid.
///
/// Position 0 is the bias; feature k of a dictionary (rows by first appearance) stands at row + 1, a hashed one at
/// (index & mask) + 1. A nominal pair is the feature `mix(index, category)` with value 1. Hashed weights live in tables
/// that readers may read while the writer stores (kLive); a dictionary's grow in the model's pool and are never live.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/base/bits.h"
#include "freshet/base/live.h"
#include "freshet/base/pool.h"
#include "freshet/core/check.h"
#include "freshet/core/dictionary.h"
#include "freshet/core/example.h"
#include "freshet/core/features.h"
#include "freshet/core/table.h"

namespace freshet {

/// Sums in eight lanes (position mod 8) with a fixed tree at the end: the same bits on every target. Products of floats
/// are exact in double, so a sum overflows for no input and barely depends on the order of features.
struct LaneSum {
  std::array<double, 8> lane{};
  void add(std::size_t k, double x) noexcept { lane[k & 7] += x; }
  double total() const noexcept {
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  }
};

class LinearWeights {
 public:
  static constexpr uint32_t kMost = 4;  // the weight and three beside it

  /// bits 0: a dictionary, else 2^bits rows. memory 0: no limit.
  LinearWeights(uint32_t bits, uint64_t memory, uint32_t arrays) noexcept
      : pool_(pool_limit(memory)),
        dictionary_(pool_),
        arrays_(arrays),
        bits_(bits),
        mask_(bits == 0 ? 0 : static_cast<uint32_t>((uint64_t{1} << bits) - 1)) {}

  /// Adds a vector of zeros. `exhausted` with `too_large` when its size is past the limit; nothing
  /// changed then. The first one comes in start().
  Status start(const char* too_large) noexcept { return add_vector(too_large); }
  Status add_vector(const char* too_large) noexcept;
  /// Takes back the newest vector.
  void drop_vector() noexcept;
  uint32_t vectors() const noexcept { return vectors_; }

  bool hashed() const noexcept { return bits_ != 0; }
  /// Arrays of each vector: 0 holds the weights.
  uint32_t arrays() const noexcept { return arrays_; }
  /// Weights of a vector, the bias included.
  std::size_t size() const noexcept {
    return hashed() ? std::size_t{mask_} + 2 : std::size_t{dictionary_.size()} + 1;
  }
  float* array(uint32_t k, uint32_t vector = 0) noexcept {
    const std::size_t at = std::size_t{vector} * arrays_ + k;
    return hashed() ? tables_[at].data() : grown_[at]->data();
  }
  const float* array(uint32_t k, uint32_t vector = 0) const noexcept {
    const std::size_t at = std::size_t{vector} * arrays_ + k;
    return hashed() ? tables_[at].data() : grown_[at]->data();
  }
  Table& table(uint32_t k, uint32_t vector = 0) noexcept {
    return tables_[std::size_t{vector} * arrays_ + k];
  }
  const Dictionary& dictionary() const noexcept { return dictionary_; }
  std::size_t bytes() const noexcept;

  /// Room for every feature of x; false at the limit, and nothing changed.
  bool admit(const Example& x) noexcept {
    if (hashed() || (x.dense.size() <= dictionary_.identity() && x.numeric.index.empty() &&
                     x.nominal.index.empty()))
      return true;
    return admit_new(x);
  }

  /// Position of a feature, or 0 when no weight knows it.
  std::size_t position(uint32_t index) const noexcept {
    return hashed() ? std::size_t{index & mask_} + 1 : std::size_t{dictionary_.find(index) + 1u};
  }

  /// bias + sum of weight times value.
  template <class Load>
  double raw(const Example& x, uint32_t vector = 0) const noexcept;

  /// Calls f(position, value) for every feature that has a weight, in the example's order: dense, numeric, nominal.
  template <class F>
  void each(const Example& x, F&& f) const noexcept;

  /// The same for every feature; position 0 where it has none.
  template <class F>
  void each_or_none(const Example& x, F&& f) const noexcept;
  /// The feature index at a position from 1 on; of a hashed one what its row is called.
  uint32_t feature(std::size_t at) const noexcept {
    const uint32_t row = static_cast<uint32_t>(at - 1);
    return hashed() ? row : dictionary_.keys()[row];
  }

  /// Leading dense features at positions 1, 2, 3 ...
  std::size_t run(const Example& x) const noexcept {
    const std::size_t known = hashed() ? std::size_t{mask_} + 1 : dictionary_.identity();
    return x.dense.size() < known ? x.dense.size() : known;
  }

  /// shape [d + n + m + 1]: dense, numeric and nominal features in order, then the bias.
  void explain(const Example& x, std::span<float> parts) const noexcept;

  /// names: of the arrays. Tensors of vector v > 0 carry its number behind a dot.
  Status save(Writer& writer, std::span<const std::string_view> names) const noexcept;
  /// REQUIRES: as many vectors as were saved.
  Status load(Reader& reader, std::span<const std::string_view> names, const char* wrong) noexcept;
  /// Every weight that isn't 0, and the bias, times `scale`.
  void draw(Sink& sink, uint32_t vector = 0, double scale = 1) const noexcept;
  /// A float that two models have: where it is in each, and its two values.
  struct Place {
    uint32_t vector, array;
    std::size_t to, from;
    float mine, theirs;
  };
  /// Sets the first vector's weights. Another size, or a number that isn't finite: `wrong`.
  Status replace(std::span<const float> parameters, const char* wrong) noexcept;
  /// Joins `other`, feature by feature: f(place) is what a float that both have becomes; what only the other has is taken
  /// as it is. Arrays of a place come in order. False without room: what was joined so far stays.
  /// REQUIRES: both have as many vectors.
  template <class F>
  bool join(const LinearWeights& other, F&& f) noexcept;
  /// The same numbers. False without room.
  bool assign(const LinearWeights& from) noexcept;

 private:
  bool admit_new(const Example& x) noexcept;
  template <class Load>
  void add_hashed(const Example& x, const float* w, LaneSum& sum) const noexcept;

  Pool pool_;
  Dictionary dictionary_;
  std::vector<std::unique_ptr<PoolArray<float>>> grown_;  // arrays of vector 0, of vector 1, ...
  std::vector<Table> tables_;
  uint32_t vectors_ = 0;
  uint32_t arrays_, bits_, mask_;
};

template <class F>
void LinearWeights::each(const Example& x, F&& f) const noexcept {
  each_feature(x, [&](uint32_t index, float value) __attribute__((always_inline)) {
    if (const std::size_t at = position(index); at != 0) f(at, value);
  });
}

template <class F>
void LinearWeights::each_or_none(const Example& x, F&& f) const noexcept {
  each_feature(x, [&](uint32_t index, float value)
                      __attribute__((always_inline)) { f(position(index), value); });
}

template <class F>
bool LinearWeights::join(const LinearWeights& other, F&& f) noexcept {
  const auto row = [&](std::size_t to, std::size_t from, bool known) {
    for (uint32_t v = 0; v < vectors_; v++) {
      for (uint32_t k = 0; k < arrays_; k++) {
        float& cell = array(k, v)[to];
        const float theirs = other.array(k, v)[from];
        const float next = known ? clamp_to_float(f(Place{v, k, to, from, cell, theirs})) : theirs;
        if (hashed()) table(k, v).touch(to);
        live_store(cell, next);
      }
    }
  };
  row(0, 0, true);
  if (hashed()) {
    for (std::size_t at = 1; at < size(); at++)
      row(at, at, true);
    return true;
  }
  const std::span<const uint32_t> keys = other.dictionary_.keys();
  const float any = 0;
  for (std::size_t k = 0; k < keys.size(); k++) {
    const bool known = position(keys[k]) != 0;
    if (!admit({.numeric = {keys.subspan(k, 1), {&any, 1}}})) return false;
    row(position(keys[k]), k + 1, known);
  }
  return true;
}

// As `each`, but from locals, because a compiler takes a live load for one that may change anything and would look this
// object up again for each feature; and numbers by pairs of lanes: g++ 12 brings a live load into a vector by way of an
// integer register, which costs a quarter, unless what is put together are doubles.
template <class Load>
void LinearWeights::add_hashed(const Example& x, const float* w, LaneSum& sum) const noexcept {
  typedef double Two __attribute__((vector_size(16)));
  const auto weight = [w, mask = mask_](uint32_t index) __attribute__((always_inline)) {
    return static_cast<double>(Load::load(w[std::size_t{index & mask} + 1]));
  };
  Example rest = x;
  std::size_t k = 0;
  if (x.dense.empty()) {
    const uint32_t* const index = x.numeric.index.data();
    const float* const value = x.numeric.value.data();
    const std::size_t n = x.numeric.index.size();
    Two lanes[4] = {};
    for (; k + 8 <= n; k += 8)
#pragma GCC unroll 4
      for (std::size_t p = 0; p < 4; p++) {
        const std::size_t at = k + 2 * p;
        lanes[p] += Two{weight(index[at]), weight(index[at + 1])} *
                    Two{static_cast<double>(value[at]), static_cast<double>(value[at + 1])};
      }
    for (std::size_t p = 0; p < 4; p++) {
      sum.lane[2 * p] = lanes[p][0];
      sum.lane[2 * p + 1] = lanes[p][1];
    }
    rest.numeric = {x.numeric.index.subspan(k), x.numeric.value.subspan(k)};
  }
  each_feature(rest, [&](uint32_t index, float value) __attribute__((always_inline)) {
    sum.add(k++, weight(index) * static_cast<double>(value));
  });
}

template <class Load>
double LinearWeights::raw(const Example& x, uint32_t vector) const noexcept {
  const float* w = array(0, vector);
  LaneSum sum;
  if (x.numeric.index.empty() && x.nominal.index.empty() && run(x) == x.dense.size()) {
    const std::size_t d = x.dense.size();
    const float* value = x.dense.data();
    std::size_t k = 0;
    for (; k + 8 <= d; k += 8)
      for (std::size_t lane = 0; lane < 8; lane++)
        sum.lane[lane] +=
            static_cast<double>(Load::load(w[k + lane + 1])) * static_cast<double>(value[k + lane]);
    for (; k < d; k++)
      sum.add(k, static_cast<double>(Load::load(w[k + 1])) * static_cast<double>(value[k]));
  } else if (hashed()) {
    add_hashed<Load>(x, w, sum);
  } else {
    std::size_t k = 0;
    each(x, [&](std::size_t at, float value) {
      sum.add(k++, static_cast<double>(Load::load(w[at])) * static_cast<double>(value));
    });
  }
  return static_cast<double>(Load::load(w[0])) + sum.total();
}

}  // namespace freshet
