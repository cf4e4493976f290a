#pragma once
/// Products of features from different groups, made while they are read and stored nowhere.
///
///     interactions = LIST { ',' LIST }        LIST = two to eight bytes, each a group or ':'
///
/// `ab`: for each feature i of group a, in order, and each j of group b: the feature (16777619 i) xor j (mod 2^32) with the
/// product of their values. Longer lists nest: 16777619 (index so far) xor next. Where neighbours in a list are the same
/// group (`aa`, `abb`) only combinations from the diagonal on are made. `:` stands for every group with a byte 32 ... 126
/// that the learner has met. Lists are taken by length, then bytes; one equal to an earlier one as a set is dropped, one
/// that repeats a group among others is sorted. All as Vowpal Wabbit does it (docs/vw.md).
///
/// Threads: one writer calls meet(); readers beside it see either the lists from before or those after.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/live.h"
#include "freshet/base/status.h"
#include "freshet/core/example.h"

namespace freshet {

class Interactions {
 public:
  static constexpr std::size_t kLongest = 8;                 // groups in a list
  static constexpr std::size_t kMostLists = 1u << 20;        // after ':' is expanded
  static constexpr uint32_t kPrime = 16777619;               // FNV's; written to files
  static constexpr uint32_t kFirstAny = 32, kLastAny = 126;  // groups that ':' stands for

  Interactions() noexcept = default;
  Interactions(Interactions&&) noexcept = default;
  Interactions& operator=(Interactions&&) noexcept = default;

  /// Empty text: none. `invalid_argument` with the list at fault in words and its column in at().
  static Result<Interactions> make(std::string_view lists) noexcept;
  Result<Interactions> clone() const noexcept;

  /// Nothing was asked for.
  bool empty() const noexcept { return asked_.empty(); }
  /// Groups in the longest list.
  std::size_t longest() const noexcept { return longest_; }

  /// Writer, before it learns x: the groups of x count as met from now on. `exhausted` when ':' would stand for too many
  /// lists; nothing changed then. One look at each group unless one is new.
  Status meet(const Example& x) noexcept { return would_meet(x) ? widen(x) : Status(); }
  /// meet() would change the lists.
  bool would_meet(const Example& x) const noexcept { return has_any_ && is_new(x); }
  /// One bit for each byte: the groups met. State to be saved, where ':' was asked for.
  std::span<const uint64_t, 2> met() const noexcept { return met_; }
  Status set_met(std::span<const uint64_t, 2> met) noexcept;

  /// The lists now in force, in order, for people.
  std::vector<std::string> lists() const;

  /// Calls f(base, scale, begin, end) for runs of made features: for j in [begin, end) of x.numeric the feature
  /// (base xor index[j]) with value scale * value[j]. Looks at x.numeric and x.groups only.
  /// REQUIRES: a group key stands once among x.groups.
  template <class F>
  void each_run(const Example& x, F&& f) const noexcept;

  /// Calls f(index, value, positions) for every made feature; positions: its factors in x.numeric. For explanations: slow.
  template <class F>
  void each(const Example& x, F&& f) const noexcept;

 private:
  struct List {
    uint8_t length;
    uint8_t group[kLongest];
  };
  using Lists = std::vector<List>;

  // Where the groups of one example stand: filled in only where `has` has the bit.
  struct Places {
    uint64_t has[4] = {};
    uint32_t begin[256], end[256];
    explicit Places(const Example& x) noexcept;
    bool knows(uint8_t key) const noexcept { return (has[key >> 6] >> (key & 63) & 1) != 0; }
    bool knows(const List& list) const noexcept {
      for (std::size_t k = 0; k < list.length; k++)
        if (!knows(list.group[k])) return false;
      return true;
    }
  };
  struct Nest {  // where one list stands in an example
    const Example& x;
    const List& list;
    const Places& places;
    uint32_t position[kLongest] = {};
    Nest(const Example& of, const List& as, const Places& where) noexcept
        : x(of), list(as), places(where) {}
  };

  bool is_new(const Example& x) const noexcept;
  Status widen(const Example& x) noexcept;
  Status expand(const uint64_t (&met)[2]) noexcept;
  template <class F>
  static void descend(Nest& nest, std::size_t depth, uint32_t base, float scale, F& f) noexcept;

  std::vector<std::string> asked_;
  // Every version of the lists there was: readers may still walk an old one. A group is met once, so they are few.
  std::vector<std::unique_ptr<const Lists>> versions_;
  const Lists* now_ = nullptr;
  std::size_t longest_ = 0;
  bool has_any_ = false;
  uint64_t met_[2] = {};
};

inline Interactions::Places::Places(const Example& x) noexcept {
  for (const Group& group : x.groups) {
    if (group.key > 255) continue;
    has[group.key >> 6] |= uint64_t{1} << (group.key & 63);
    begin[group.key] = group.begin;
    end[group.key] = group.end;
  }
}

// `depth` groups are chosen; base and scale are those of the product so far, times the prime.
template <class F>
void Interactions::descend(Nest& nest, std::size_t depth, uint32_t base, float scale,
                           F& f) noexcept {
  const uint8_t group = nest.list.group[depth];
  const bool is_same = depth > 0 && nest.list.group[depth - 1] == group;
  const uint32_t begin = is_same ? nest.position[depth - 1] : nest.places.begin[group];
  const uint32_t end = nest.places.end[group];
  if (depth + 1 == nest.list.length) {
    if (begin < end) f(nest, base, scale, begin, end);
    return;
  }
  for (uint32_t i = begin; i < end; i++) {
    nest.position[depth] = i;
    const uint32_t index = base ^ nest.x.numeric.index[i];
    descend(nest, depth + 1, index * kPrime, scale * nest.x.numeric.value[i], f);
  }
}

template <class F>
void Interactions::each_run(const Example& x, F&& f) const noexcept {
  const Lists* lists = acquire_load(now_);
  if (lists == nullptr || x.groups.empty()) return;
  const Places places(x);
  const auto run = [&](const Nest&, uint32_t base, float scale, uint32_t begin, uint32_t end) {
    f(base, scale, begin, end);
  };
  for (const List& list : *lists) {
    if (!places.knows(list)) continue;
    Nest nest(x, list, places);
    descend(nest, 0, 0, 1, run);
  }
}

template <class F>
void Interactions::each(const Example& x, F&& f) const noexcept {
  const Lists* lists = acquire_load(now_);
  if (lists == nullptr || x.groups.empty()) return;
  const Places places(x);
  const auto run = [&](Nest& nest, uint32_t base, float scale, uint32_t begin, uint32_t end) {
    for (uint32_t j = begin; j < end; j++) {
      nest.position[nest.list.length - 1] = j;
      f(base ^ x.numeric.index[j], scale * x.numeric.value[j],
        std::span<const uint32_t>(nest.position, nest.list.length));
    }
  };
  for (const List& list : *lists) {
    if (!places.knows(list)) continue;
    Nest nest(x, list, places);
    descend(nest, 0, 0, 1, run);
  }
}

}  // namespace freshet
