#pragma once
/// One event as a learner sees it: borrowed views, nothing owned.
///
/// A feature index lives in one 32-bit key space per model: schema ids (0, 1, 2 ... by first
/// appearance) or 32-bit hashes. `dense[k]` is feature k; `numeric` gives features by index; both
/// may be used at once. An absent feature is simply not there: it is never NaN.
/// core/example_block.h has the owners.

#include <cstdint>
#include <span>
#include <string_view>

namespace freshet {

/// Numeric features by index, any subset, any order.  shape [n] each
struct Numeric {
  std::span<const uint32_t> index = {};
  std::span<const float> value = {};
};

/// Nominal features: feature index and category id, from the schema.  shape [m] each
struct Nominal {
  std::span<const uint32_t> index = {};
  std::span<const uint32_t> category = {};
};

/// One raw text cell, read by text transforms only.
struct Text {
  uint32_t index;
  std::string_view value;
};

/// numeric[begin, end) is one namespace (crosses, factorization machines, bags).
struct Group {
  uint32_t key, begin, end;
};

/// A borrowed view of one event. Valid as long as what it points at.
struct Example {
  std::span<const float> dense = {};   // shape [d]; dense[k] is feature k
  Numeric numeric = {};                // features given by index
  Nominal nominal = {};                // category ids
  std::span<const Text> text = {};     // raw text
  std::span<const Group> groups = {};  // namespaces over `numeric`
  std::span<const float> label = {};   // [0] no label, [1] target or class id, [k] k targets
  float weight = 1;                    // importance, >= 0
  int64_t time_us = 0;                 // event time from the data, never the wall clock
};

}  // namespace freshet
