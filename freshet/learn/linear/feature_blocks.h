#pragma once
/// The features of one example as hashed linear models read them, sixteen at a time.
///
/// Order: dense, numeric, nominal features, the constant, interactions; a value of exactly 0 is absent. Feature i of that
/// list belongs to lane i mod 16 of every sum (kernel/gather.h), so sums are the same bits on every target. Plain numeric
/// features are handed on where they stand; interactions are made in two blocks of sixteen, of which one is asked from memory
/// while the other is used.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/example.h"
#include "freshet/core/features.h"
#include "freshet/core/interactions.h"

namespace freshet {

class ExampleBuffer;

/// Index of the constant feature (VW's; group 128). Written to files.
inline constexpr uint32_t kConstantFeature = 11650396;

/// Whether that feature is one of an example's. Written to files by name.
enum class ConstantRule : uint8_t { feature, none };
inline constexpr std::string_view kConstantRules[] = {"feature", "none"};

/// One example, looked through once: what the passes over it need to know.
struct FeatureView {
  Example x;
  uint32_t initial_begin = 0, initial_end = 0;  // numeric features that are no features
  float initial = 0;
  bool is_plain = true;   // numeric only, no zeros, no initial: may be used where it stands
  bool is_large = false;  // a value, or a product of such, may be too large to be squared
};

/// Calls visit.whole(index, value, 16) for whole blocks and visit.rest(index, value, n) once at the end, n < 16. Before a
/// block of interactions is handed on visit.prefetch(index) has seen each of its features, a block earlier.
template <class Visit>
class FeatureBlocks {
 public:
  explicit FeatureBlocks(Visit& visit) noexcept : visit_(visit) {}

  void add(uint32_t index, float value) noexcept {
    if (value == 0) return;
    index_[half_][size_] = index;
    value_[half_][size_] = value;
    if (++size_ == kBlock) turn();
  }
  void add_all(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const std::size_t whole = size_ == 0 && !is_ahead_ ? n / kBlock * kBlock : 0;
    visit_.whole(index, value, whole);
    for (std::size_t k = whole; k < n; k++)
      add(index[k], value[k]);
  }
  /// (base xor index[j]), scale * value[j]: a run of interactions.
  void add_run(uint32_t base, float scale, const uint32_t* index, const float* value,
               std::size_t n) noexcept {
    is_ahead_ = true;
    while (n > 0) {
      const std::size_t some = n < kBlock - size_ ? n : kBlock - size_;
      uint32_t* to = index_[half_] + size_;
      float* into = value_[half_] + size_;
      for (std::size_t k = 0; k < some; k++) {
        to[k] = base ^ index[k];
        into[k] = scale * value[k];
      }
      size_ += some;
      index += some;
      value += some;
      n -= some;
      if (size_ == kBlock) turn();
    }
  }
  void finish() noexcept {
    if (has_waiting_) visit_.whole(index_[half_ ^ 1], value_[half_ ^ 1], kBlock);
    visit_.rest(index_[half_], value_[half_], size_);
  }

 private:
  static constexpr std::size_t kBlock = 16;

  void turn() noexcept {
    if (!is_ahead_) {
      visit_.whole(index_[half_], value_[half_], kBlock);
      size_ = 0;
      return;
    }
    for (std::size_t k = 0; k < kBlock; k++)
      visit_.prefetch(index_[half_][k]);
    if (has_waiting_) visit_.whole(index_[half_ ^ 1], value_[half_ ^ 1], kBlock);
    has_waiting_ = true;
    half_ ^= 1;
    size_ = 0;
  }

  Visit& visit_;
  uint32_t index_[2][kBlock];
  float value_[2][kBlock];
  std::size_t size_ = 0;
  uint32_t half_ = 0;
  bool has_waiting_ = false, is_ahead_ = false;
};

/// All features of one example; answers how many. has_constant: the constant is one of them.
template <class Visit>
uint64_t visit_features(const FeatureView& view, bool has_constant, const Interactions& crosses,
                        Visit& visit) noexcept {
  const Example& x = view.x;
  const uint32_t* index = x.numeric.index.data();
  const float* value = x.numeric.value.data();
  const std::size_t n = x.numeric.index.size();
  uint64_t count = 0;
  if (view.is_plain && crosses.empty()) [[likely]] {
    const std::size_t whole = n & ~std::size_t{15};
    visit.whole(index, value, whole);
    visit.rest(index + whole, value + whole, n - whole);
    if (has_constant) visit.single(kConstantFeature, 1, n - whole);
    return n + (has_constant ? 1 : 0);
  }
  FeatureBlocks<Visit> blocks(visit);
  if (view.is_plain) {
    count = n;
    blocks.add_all(index, value, n);
  } else {
    const auto add = [&](uint32_t at, float of) {
      count += of != 0;
      blocks.add(at, of);
    };
    for (std::size_t k = 0; k < x.dense.size(); k++)
      add(static_cast<uint32_t>(k), x.dense[k]);
    for (std::size_t k = 0; k < n; k++)
      if (k < view.initial_begin || k >= view.initial_end) add(index[k], value[k]);
    for (std::size_t k = 0; k < x.nominal.index.size(); k++)
      add(mix(x.nominal.index[k], x.nominal.category[k]), 1);
  }
  if (has_constant) {
    blocks.add(kConstantFeature, 1);
    count++;
  }
  if (!crosses.empty()) {
    crosses.each_run(x, [&](uint32_t base, float scale, uint32_t begin, uint32_t end) {
      blocks.add_run(base, scale, index + begin, value + begin, end - begin);
      count += end - begin;
    });
  }
  blocks.finish();
  return count;
}

/// The same features without zeros and `initial`, all numeric, in groups, so that interactions can be made of them. Features
/// of an example without namespaces are one group, 32; dense and nominal ones beside namespaces belong to none.
/// The view is valid until `to` changes.
FeatureView flatten(const FeatureView& from, ExampleBuffer& to) noexcept;

/// What each feature adds to a sum, for Learner::explain: the dense, numeric and nominal features in order, then the constant
/// with `initial`. What an interaction adds goes to its factors in equal parts.
class Explanation {
 public:
  /// view: of an example as it was given, not flattened; borrowed. parts: how many there are.
  Explanation(const FeatureView& view, std::size_t parts) : view_(view), sums_(parts) {}
  /// weight_of: uint32_t -> float.
  template <class WeightOf>
  void add_features(WeightOf&& weight_of) {
    const std::size_t dense = view_.x.dense.size();
    std::size_t at = 0;
    each_feature(view_.x, [&](uint32_t index, float value) {
      const bool is_initial = at >= dense + view_.initial_begin && at < dense + view_.initial_end;
      if (value != 0 && !is_initial) {
        sums_[at] = static_cast<double>(weight_of(index)) * static_cast<double>(value);
        origin_.push_back(at);
      }
      at++;
    });
  }
  void add_constant(float weight, float initial) noexcept {
    sums_.back() += static_cast<double>(weight) + static_cast<double>(initial);
  }
  /// flat: the same example, in which interactions are made. After add_features().
  template <class WeightOf>
  void add_interactions(const Interactions& crosses, const FeatureView& flat,
                        WeightOf&& weight_of) {
    crosses.each(flat.x, [&](uint32_t index, float value, std::span<const uint32_t> factors) {
      const double share = static_cast<double>(weight_of(index)) * static_cast<double>(value) /
                           static_cast<double>(factors.size());
      for (const uint32_t factor : factors)
        sums_[origin_[factor]] += share;
    });
  }
  void write(std::span<float> parts) const noexcept {
    for (std::size_t k = 0; k < parts.size(); k++)
      parts[k] = clamp_to_float(sums_[k]);
  }

 private:
  const FeatureView& view_;
  std::vector<double> sums_;
  std::vector<std::size_t> origin_;  // by place among the features that aren't absent
};

/// What a look at an example finds.
enum class Looked : uint8_t { fine, bad };

/// Whether one of n values has a size (its bits without the sign) of 0 or above `odd`. odd: below 2^31 - 1.
inline bool has_odd(const float* value, std::size_t n, uint32_t odd) noexcept {
  typedef uint32_t Bits __attribute__((vector_size(16)));
  typedef int32_t Signed __attribute__((vector_size(16)));
  if (n < 4) {
    bool seen = false;
    for (std::size_t k = 0; k < n; k++)
      seen |= (bit_cast<uint32_t>(value[k]) & 0x7fffffff) - 1 >= odd;
    return seen;
  }
  // Twice the bits drop the sign; an offset makes the compare one of signed numbers.
  const uint32_t limit = 2 * odd - 1 - 0x80000000u;
  const auto four = [&](std::size_t k) -> Signed {
    Bits bits;
    __builtin_memcpy(&bits, value + k, sizeof(bits));
    bits = bits + bits - 0x80000002u;
    Signed size;
    __builtin_memcpy(&size, &bits, sizeof(size));
    return size > static_cast<int32_t>(limit);
  };
  Signed seen = four(n - 4);  // the last ones, some of them for the second time
  std::size_t k = 0;
  for (; k + 16 <= n; k += 16)
    seen |= (four(k) | four(k + 4)) | (four(k + 8) | four(k + 12));
  for (; k + 4 <= n; k += 4)
    seen |= four(k);
  return (seen[0] | seen[1] | seen[2] | seen[3]) != 0;
}

/// Looks at every value once. bad: one isn't finite (core/learner.h: first_bad says which). large: what is_large is said of;
/// at most 1e18.
inline Looked look_at(const Example& x, float large, FeatureView& view) noexcept {
  constexpr uint32_t kSize = 0x7fffffff, kInfinite = 0x7f800000;
  view.x = x;
  // One compare finds zeros (which wrap around), large values, infinities and NaN.
  const uint32_t odd = bit_cast<uint32_t>(large) - 1;
  const float* value = x.numeric.value.data();
  const bool seen = has_odd(value, x.numeric.value.size(), odd);
  bool has_initial = false;
  for (const Group& group : x.groups)
    has_initial = has_initial || group.key == kInitialGroup;
  if (!seen && !has_initial && x.dense.empty() && x.nominal.index.empty()) [[likely]]
    return Looked::fine;
  view.is_plain = false;
  const auto look = [&](std::span<const float> values) {
    for (const float one : values) {
      const uint32_t size = bit_cast<uint32_t>(one) & kSize;
      if (size >= kInfinite) return false;
      view.is_large = view.is_large || size > odd;
    }
    return true;
  };
  if (!look(x.dense) || !look(x.numeric.value)) return Looked::bad;
  for (const Group& group : x.groups) {
    if (group.key != kInitialGroup) continue;
    view.initial_begin = group.begin;
    view.initial_end = group.end;
    for (uint32_t k = group.begin; k < group.end; k++)
      view.initial += value[k];
  }
  return Looked::fine;
}

}  // namespace freshet
