#include "freshet/learn/linear/vw_model.h"

#include <algorithm>
#include <utility>

#include "freshet/core/check.h"
#include "freshet/learn/linear/vw_passes.h"
#include "freshet/learn/linear/vw_row.h"

namespace freshet {
namespace {

constexpr char kTooLarge[] = "vw: its rows are larger than memory; raise memory or lower bits";

// Tables from here on are far larger than the caches next to a core.
constexpr std::size_t kManyRows = std::size_t{1} << 20;

float truncated(float w, float gravity) noexcept {
  const float size = math_abs(w) - gravity;
  return size <= 0 ? 0 : w < 0 ? -size : size;
}

/// With what l1 takes from each.
template <class WeightOf>
struct Truncated {
  WeightOf weight_of;
  float gravity;
  float operator()(uint32_t index) const noexcept { return truncated(weight_of(index), gravity); }
  void prefetch(uint32_t index) const noexcept { weight_of.prefetch(index); }
};

// A value x is not large if no product of `factors` such values, squared, comes near the largest float.
float large_value(std::size_t factors) noexcept {
  return static_cast<float>(math_pow(1e15, 1 / static_cast<double>(factors < 1 ? 1 : factors)));
}

float finite_or_zero(float sum) noexcept {
  return sum == sum ? sum : 0;
}

}  // namespace

VwModel::VwModel(const VwSettings& settings, Interactions interactions) noexcept
    : settings_(settings),
      interactions_(std::move(interactions)),
      mask_(static_cast<uint32_t>((uint64_t{1} << settings.bits) - 1)),
      shift_(settings.classes < 2 ? 0 : log2_floor(next_power_of_two(settings.classes))),
      large_(large_value(interactions_.longest())),
      rate_(settings.learning_rate),
      states_(settings.classes) {
  if (!settings.adaptive && !settings.normalized)
    rate_ *= static_cast<float>(math_sqrt(settings.initial_t));
  for (ClassState& state : states_) {
    state.norm_sum = state.weight_sum = state.time = settings.initial_t;
    state.low = settings.low;
    state.high = settings.high;
  }
}

Status VwModel::start(uint64_t memory, const TableMemory* from) noexcept {
  const uint64_t floats = uint64_t{row_count()} * kVwRow;
  if (!Table::fit(floats, memory)) return {Code::exhausted, kTooLarge};
  memory_ = from;
  FRESHET_TRY_ASSIGN(table_, Table::make(static_cast<std::size_t>(floats), from));
  const float squares = settings_.adaptive ? static_cast<float>(settings_.initial_t) : 0;
  if (settings_.initial_weight == 0 && squares == 0) return {};
  FRESHET_TRY(table_.expect_whole());
  for (std::size_t row = 0; row < row_count(); row++) {
    table_.touch(row * kVwRow);
    table_.data()[row * kVwRow + kWeight] = settings_.initial_weight;
    table_.data()[row * kVwRow + kSquares] = squares;
  }
  return {};
}

Result<std::unique_ptr<VwModel>> VwModel::make(const VwSettings& settings,
                                               std::string_view interactions, uint64_t memory,
                                               const TableMemory* from) noexcept {
  FRESHET_TRY_ASSIGN(Interactions crosses, Interactions::make(interactions));
  std::unique_ptr<VwModel> made(new VwModel(settings, std::move(crosses)));
  FRESHET_TRY(made->start(memory, from));
  return made;
}

Result<std::unique_ptr<VwModel>> VwModel::clone() const noexcept {
  FRESHET_TRY_ASSIGN(Interactions crosses, interactions_.clone());
  std::unique_ptr<VwModel> copy(new VwModel(settings_, std::move(crosses)));
  FRESHET_TRY(copy->assign(*this));
  return copy;
}

Status VwModel::assign(const VwModel& from) noexcept {
  FRESHET_TRY(interactions_.set_met(from.interactions_.met()));
  memory_ = from.memory_;
  FRESHET_TRY_ASSIGN(Table rows, from.table_.clone());
  FRESHET_TRY_ASSIGN(Table weights, from.weights_.clone());
  table_ = std::move(rows);
  weights_ = std::move(weights);
  mapped_ = from.mapped_ == from.weights_.data() ? weights_.data() : from.mapped_;
  states_ = from.states_;
  rate_ = from.rate_;
  skipped_ = from.skipped_;
  return {};
}

bool VwModel::look(const Example& x, FeatureView& view, ExampleBuffer& flat) const noexcept {
  if (look_at(x, large_, view) == Looked::bad) return false;
  if (!interactions_.empty() && (!view.is_plain || x.groups.empty())) view = flatten(view, flat);
  return true;
}

float VwModel::clip(float sum, uint32_t k) const noexcept {
  const float low = live_load(states_[k].low), high = live_load(states_[k].high);
  return sum < low ? low : sum > high ? high : finite_or_zero(sum);
}

float VwModel::effective(float w, const ClassState& state) const noexcept {
  if (!is_penalized()) return w;
  return live_load(state.live_contraction) * truncated(w, live_load(state.live_gravity));
}

template <class Load>
float VwModel::sum(const FeatureView& view, uint32_t k, uint64_t* features) const noexcept {
  const auto over = [&](auto weight_of) {
    SumPass pass(weight_of);
    const uint64_t count = visit_features(view, settings_.has_constant, interactions_, pass);
    if (features != nullptr) *features = count;
    return pass.sum();
  };
  const ClassState& state = states_[k];
  if (mapped_ != nullptr) {
    const WeightAt<PlainLoad, ClassRows, 1> weight_of{mapped_, ClassRows{mask_, shift_, k}};
    const float all = over(Truncated<decltype(weight_of)>{weight_of, state.live_gravity});
    return state.live_contraction * (view.initial + all);
  }
  if (is_penalized()) {
    const WeightAt<Load, ClassRows, kVwRow> weight_of{table_.data(), ClassRows{mask_, shift_, k}};
    const float all =
        over(Truncated<decltype(weight_of)>{weight_of, live_load(state.live_gravity)});
    return live_load(state.live_contraction) * (view.initial + all);
  }
  if (settings_.classes > 1)
    return view.initial +
           over(WeightAt<Load, ClassRows, kVwRow>{table_.data(), ClassRows{mask_, shift_, k}});
  return view.initial + over(WeightAt<Load, OnlyRows, kVwRow>{table_.data(), {mask_}});
}

float VwModel::score(const FeatureView& view, uint32_t k, bool live) const noexcept {
  return live ? sum<LiveLoad>(view, k, nullptr) : sum<PlainLoad>(view, k, nullptr);
}

VwModel::Learned VwModel::learn(const FeatureView& view, float y, float h, uint32_t k) noexcept {
  ClassState& state = states_[k];
  uint64_t features = 0;
  const float all = sum<PlainLoad>(view, k, &features);
  const float before = clip(all, k);
  if (h != 0) {
    if (!settings_.is_low_fixed && y < state.low) live_store(state.low, y);
    if (!settings_.is_high_fixed && y > state.high) live_store(state.high, y);
  }
  const float p = clip(all, k);
  const LossAt loss(settings_.loss, settings_.tau, p, y);
  if (h != 0) {
    if (loss.value() != 0) step(view, loss, h, k);
    state.time += static_cast<double>(h);
  }
  // Where the range is fixed, as that of `logistic` is, the score is the one from before.
  const float chance = !is_of_classes(settings_.loss) ? 0
                       : before == p                  ? loss.chance()
                                                      : probability(before);
  return {before, p, loss.value(), chance, features};
}

bool VwModel::overflows(const FeatureView& view, float d) const noexcept {
  if (!is_finite(d)) return true;
  if (!view.is_large && d <= 1e6f) return false;
  LargestPass pass;
  visit_features(view, settings_.has_constant, interactions_, pass);
  const double most = static_cast<double>(pass.largest());
  // Not true for a NaN, which infinities of opposite signs make.
  return !(most * most <= 1e37 && most * most * static_cast<double>(d) <= 1e37);
}

void VwModel::step(const FeatureView& view, const LossAt& loss, float h, uint32_t k) noexcept {
  ClassState& state = states_[k];
  const float g = loss.slope(), d = h * (g * g);
  if (overflows(view, d)) {
    skipped_++;
    return;
  }
  float q = 1, m = 1;
  bool has_repeats = true;
  if (d == 0 && (settings_.adaptive || settings_.normalized)) {
    (void)measure_again(view, k);
  } else {
    const Measured measured = measure(view, d, k);
    q = measured.squares;
    has_repeats = measured.has_repeats;
    if (settings_.normalized) {
      state.norm_sum += static_cast<double>(h * measured.norms);
      state.weight_sum += static_cast<double>(h);
    }
  }
  if (settings_.normalized && state.norm_sum > 0) {
    const double mean = state.weight_sum / state.norm_sum;
    m = static_cast<float>(settings_.adaptive ? math_sqrt(mean) : mean);
    if (d != 0) q *= m;
  }
  float e = rate_ * h;
  if (!settings_.adaptive) e /= static_cast<float>(math_sqrt(state.time + static_cast<double>(h)));
  float u = settings_.invariant ? loss.invariant_step(e, q) : -g * e;
  if (is_penalized()) {
    penalize(state, u, g);
    u /= live_load(state.live_contraction);
  }
  if (is_finite(u * m))
    move(view, u * m, k, has_repeats);
  else
    skipped_++;
  if (state.contraction < 1e-9 || state.gravity > 1e3) fold(k);
}

VwModel::Measured VwModel::measure(const FeatureView& view, float d, uint32_t k) noexcept {
  const auto with = [&](auto pass) -> Measured {
    visit_features(view, settings_.has_constant, interactions_, pass);
    return {pass.norms(), pass.squares(), pass.has_repeats()};
  };
  const bool adaptive = settings_.adaptive, normalized = settings_.normalized;
  const Place<ClassRows> place{table_, table_.data(), ClassRows{mask_, shift_, k}};
  const Place<OnlyRows> only{table_, table_.data(), {mask_}};
  if (!adaptive || !normalized) return with(MeasurePass<ClassRows>(place, d, adaptive, normalized));
  if (settings_.classes > 1) return with(FastMeasurePass<ClassRows>(place, d));
  return with(FastMeasurePass<OnlyRows>(only, d));
}

// Scales alone, as the last visit of each row left them: they are not saved.
VwModel::Measured VwModel::measure_again(const FeatureView& view, uint32_t k) noexcept {
  struct ScalePass {
    Place<ClassRows> place;
    bool adaptive, normalized;
    void prefetch(uint32_t) const noexcept {}
    void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
      for (std::size_t i = 0; i < n; i++)
        single(index[i], value[i], 0);
    }
    void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
      whole(index, value, n);
    }
    void single(uint32_t index, float, std::size_t) noexcept {
      float* row = place.touched_row(index);
      live_store(row[kScale], scale_of(row[kSquares], row[kLargest], adaptive, normalized));
    }
  };
  ScalePass pass{{table_, table_.data(), ClassRows{mask_, shift_, k}},
                 settings_.adaptive,
                 settings_.normalized};
  visit_features(view, settings_.has_constant, interactions_, pass);
  return {};
}

void VwModel::move(const FeatureView& view, float step, uint32_t k, bool has_repeats) noexcept {
  const auto with = [&](auto pass) {
    visit_features(view, settings_.has_constant, interactions_, pass);
    skipped_ += pass.skipped() != 0;
  };
  const Place<ClassRows> place{table_, table_.data(), ClassRows{mask_, shift_, k}};
  const Place<OnlyRows> only{table_, table_.data(), {mask_}};
  if (!settings_.adaptive && !settings_.normalized)
    with(MovePass<ClassRows, false>(place, step));
  else if (has_repeats)
    with(MovePass<ClassRows, true>(place, step));
  else if (settings_.classes > 1)
    with(FastMovePass<ClassRows>(place, step));
  else
    with(FastMovePass<OnlyRows>(only, step));
}

void VwModel::penalize(ClassState& state, float u, float g) noexcept {
  if (!(math_abs(u) > 1e-8f && math_abs(g) > 1e-8f)) return;
  const double z = static_cast<double>(-u / g);
  const double shrink = 1 - settings_.l2 * z;
  state.contraction *= shrink > 1e-3 ? shrink : 1e-3;
  state.gravity += settings_.l1 * z;
  live_store(state.live_contraction, static_cast<float>(state.contraction));
  live_store(state.live_gravity, static_cast<float>(state.gravity));
}

// About once in a million examples; until it is done a reader may shrink a row twice.
void VwModel::fold(uint32_t k) noexcept {
  ClassState& state = states_[k];
  const uint32_t every = uint32_t{1} << shift_;
  for (uint32_t chunk = 0; chunk < table_.chunk_count(); chunk++) {
    if (!table_.touched(chunk)) continue;
    const std::span<const float> floats = table_.chunk(chunk);
    const std::size_t first = static_cast<std::size_t>(floats.data() - table_.data()) / kVwRow;
    for (std::size_t row = first; row < first + floats.size() / kVwRow; row++) {
      if (row % every != k) continue;
      table_.touch(row * kVwRow);
      float& w = table_.data()[row * kVwRow + kWeight];
      live_store(w, effective(w, state));
    }
  }
  state.gravity = 0;
  state.contraction = 1;
  live_store(state.live_gravity, 0.0f);
  live_store(state.live_contraction, 1.0f);
}

void VwModel::prefetch(const Example& x) const noexcept {
  const float* const rows = table_.data();
  const uint32_t* const index = x.numeric.index.data();
  const bool has_many = !interactions_.empty() && !x.groups.empty() && row_count() >= kManyRows;
  const auto ask = [&](auto row_of) {
    for (const uint32_t plain : x.numeric.index)
      __builtin_prefetch(rows + row_of(plain) * kVwRow, 1);
    if (!has_many) return;
    // More than the nearest cache can wait for at a time: into the next one.
    interactions_.each_run(x, [&](uint32_t base, float, uint32_t begin, uint32_t end) {
      for (uint32_t k = begin; k < end; k++)
        __builtin_prefetch(rows + row_of(base ^ index[k]) * kVwRow, 0, 1);
    });
  };
  if (shift_ == 0)
    ask(OnlyRows{mask_});
  else
    ask(ClassRows{mask_, shift_, 0});
}

void VwModel::end_pass() noexcept {
  rate_ *= static_cast<float>(settings_.decay);
}

std::size_t VwModel::bytes() const noexcept {
  return table_.bytes() + weights_.bytes() + states_.size() * sizeof(ClassState);
}

std::span<Table* const> VwModel::live_tables() noexcept {
  tables_[0] = &table_;
  return tables_;
}

void VwModel::explain(const Example& x, uint32_t k, std::span<float> parts) const noexcept {
  FeatureView view;
  (void)look_at(x, large_, view);
  const ClassState& state = states_[k];
  const auto weight = [&](uint32_t index) {
    const std::size_t row = ClassRows{mask_, shift_, k}(index);
    const float w = mapped_ != nullptr ? mapped_[row] : live_load(table_.data()[row * kVwRow]);
    return effective(w, state);
  };
  Explanation all(view, parts.size());
  all.add_features(weight);
  all.add_constant(settings_.has_constant ? weight(kConstantFeature) : 0,
                   live_load(state.live_contraction) * view.initial);
  if (!interactions_.empty())
    with_view(x,
              [&](const FeatureView& flat) { all.add_interactions(interactions_, flat, weight); });
  all.write(parts);
}

}  // namespace freshet
