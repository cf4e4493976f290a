#pragma once
/// The table and the arithmetic of `vw`: what one class, or the only one, knows and learns.
///
/// A row of the table is {w, N, G, s}: weight, largest value met, sum of squared gradients, and the scale of the step, which
/// lives from one pass over an example to the next and is no state. G and s, which each example changes, are stored as one. Readers beside the writer read w alone. Class k of K has
/// the rows index * 2^ceil(log2 K) + k, and its own sums.
/// Rules: docs/vw.md. Sources: Karampatziakis, Langford (UAI 2011); Ross, Mineiro, Langford, "Normalized Online Learning"
/// (UAI 2013); Duchi, Hazan, Singer (JMLR 2011).

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/interactions.h"
#include "freshet/core/learner.h"
#include "freshet/core/table.h"
#include "freshet/learn/linear/feature_blocks.h"
#include "freshet/learn/linear/importance_loss.h"

namespace freshet {

/// The options of `vw` with their defaults resolved.
struct VwSettings {
  ImportanceLoss loss = ImportanceLoss::squared;
  float tau = .5f;
  uint32_t bits = 18;
  bool adaptive = true, normalized = true, invariant = true;
  float learning_rate = .5f;
  double initial_t = 0;
  bool has_constant = true;
  float low = 0, high = 0;  // where the clip range begins
  bool is_low_fixed = false, is_high_fixed = false;
  double l1 = 0, l2 = 0;
  float initial_weight = 0;
  double decay = 1;
  uint32_t classes = 1;

  bool operator==(const VwSettings&) const = default;
};

class VwModel {
 public:
  /// `exhausted` when the rows are more than `memory` bytes (0: no limit) or the machine has.
  static Result<std::unique_ptr<VwModel>> make(const VwSettings& settings,
                                               std::string_view interactions, uint64_t memory,
                                               const TableMemory* from) noexcept;
  Result<std::unique_ptr<VwModel>> clone() const noexcept;
  /// REQUIRES: the same settings and interactions.
  Status assign(const VwModel& from) noexcept;

  const VwSettings& settings() const noexcept { return settings_; }
  /// Looks at x once; false: a value isn't finite. The view borrows x, and `flat` where interactions need it.
  bool look(const Example& x, FeatureView& view, ExampleBuffer& flat) const noexcept;
  /// The same without a buffer of one's own: lends one for the call of f(view).
  template <class F>
  void with_view(const Example& x, F&& f) const noexcept;

  /// The sum: not clipped. live: while the writer learns.
  float score(const FeatureView& view, uint32_t k, bool live) const noexcept;
  /// Into the range of class k as it is.
  float clip(float sum, uint32_t k) const noexcept;

  /// Something an interaction needs to know of x before it is learned: `exhausted`, and nothing changed.
  Status meet(const FeatureView& view) noexcept { return interactions_.meet(view.x); }
  struct Learned {
    float before;       // the sum, clipped to the range as it was
    float score, loss;  // clipped to the range with y in it: what was scored; its loss
    float chance;       // probability(before); 0 of losses of numbers
    uint64_t features;
  };
  /// Learns target y with weight h for class k. h = 0: only says.
  Learned learn(const FeatureView& view, float y, float h, uint32_t k) noexcept;
  /// Asks for the rows of x from memory.
  void prefetch(const Example& x) const noexcept;
  /// The rate shrinks by `decay`.
  void end_pass() noexcept;

  /// shape [d + n + m + 1]: what each feature adds to the sum; an interaction's part goes to its factors alike. The last is
  /// the constant's, and `initial`.
  void explain(const Example& x, uint32_t k, std::span<float> parts) const noexcept;
  /// Every weight that isn't 0.
  void draw(Sink& sink) const noexcept;
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;
  Status merge(const VwModel& other) noexcept;

  std::size_t bytes() const noexcept;
  bool only_predicts() const noexcept { return mapped_ != nullptr; }
  std::span<Table* const> live_tables() noexcept;
  /// Steps left out because they would have made the state infinite.
  uint64_t skipped() const noexcept { return skipped_; }
  const Interactions& interactions() const noexcept { return interactions_; }

 private:
  struct ClassState {
    double norm_sum = 0, weight_sum = 0, time = 0;  // S, T, t
    double gravity = 0, contraction = 1;            // k and c of l1 and l2
    float low = 0, high = 0;
    float live_gravity = 0, live_contraction = 1;  // the pair as readers see it
  };
  VwModel(const VwSettings& settings, Interactions interactions) noexcept;
  Status start(uint64_t memory, const TableMemory* from) noexcept;
  std::size_t row_count() const noexcept { return std::size_t{mask_} + 1; }
  bool is_penalized() const noexcept { return settings_.l1 > 0 || settings_.l2 > 0; }
  float effective(float w, const ClassState& state) const noexcept;
  template <class Load>
  float sum(const FeatureView& view, uint32_t k, uint64_t* features) const noexcept;
  struct Measured {
    float norms = 0, squares = 0;  // r, q
    bool has_repeats = true;  // a row may stand twice among four features: they move one by one
  };
  Measured measure(const FeatureView& view, float d, uint32_t k) noexcept;
  Measured measure_again(const FeatureView& view, uint32_t k) noexcept;
  void move(const FeatureView& view, float step, uint32_t k, bool has_repeats) noexcept;
  void step(const FeatureView& view, const LossAt& loss, float h, uint32_t k) noexcept;
  bool overflows(const FeatureView& view, float d) const noexcept;
  void penalize(ClassState& state, float u, float g) noexcept;
  void fold(uint32_t k) noexcept;

  VwSettings settings_;
  Interactions interactions_;
  const TableMemory* memory_ = nullptr;
  Table table_;                    // rows of four floats
  const float* mapped_ = nullptr;  // w alone, of a file that stays: then there is no table
  Table weights_;                  // w alone, of a file with few rows
  uint32_t mask_, shift_;
  float large_;  // values from here on may be too large to be squared, or their products
  float rate_;
  std::vector<ClassState> states_;
  uint64_t skipped_ = 0;
  Table* tables_[1] = {};
  mutable ScratchPool scratch_;
};

template <class F>
void VwModel::with_view(const Example& x, F&& f) const noexcept {
  FeatureView view;
  (void)look_at(x, large_, view);
  if (interactions_.empty() || (view.is_plain && !x.groups.empty())) {
    f(view);
    return;
  }
  ScratchPool::Loan loan(scratch_);
  f(flatten(view, loan->a));
}

}  // namespace freshet
