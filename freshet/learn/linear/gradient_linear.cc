#include "freshet/learn/linear/gradient_linear.h"

#include <type_traits>

#include "freshet/core/check.h"
#include "freshet/optim/adagrad.h"
#include "freshet/optim/adam.h"
#include "freshet/optim/sgd.h"

namespace freshet {
namespace {

constexpr double kFading = .999;  // of the mean gradient that clip = 0 looks at
constexpr double kClipFactor = 10;

uint32_t slot_count(LinearOptimizer optimizer) noexcept {
  switch (optimizer) {
    case LinearOptimizer::sgd:
      return Sgd::kSlots;
    case LinearOptimizer::adagrad:
      return Adagrad::kSlots;
    case LinearOptimizer::adam:
      return Adam::kSlots;
  }
  return 0;
}

double own_rate(LinearOptimizer optimizer) noexcept {
  switch (optimizer) {
    case LinearOptimizer::sgd:
      return static_cast<double>(Sgd::kLearningRate);
    case LinearOptimizer::adagrad:
      return static_cast<double>(Adagrad::kLearningRate);
    case LinearOptimizer::adam:
      return static_cast<double>(Adam::kLearningRate);
  }
  return 0;
}

/// Stores for a dictionary's weights, which no reader sees.
struct PlainStore {
  static constexpr bool kLive = false;
  static void store(float& to, float value) noexcept { to = value; }
};
struct LiveStore {
  static constexpr bool kLive = true;
  static void store(float& to, float value) noexcept { live_store(to, value); }
};

/// Cumulative l1: w moves towards zero, at most to it, by what it still owes; paid is what it has paid.
float pay_penalty(float w, float owed, float& paid) noexcept {
  float next = w;
  if (w > 0) {
    const float less = w - (owed + paid);
    next = less > 0 ? less : 0;
  } else if (w < 0) {
    const float more = w + (owed - paid);
    next = more < 0 ? more : 0;
  }
  paid += next - w;
  return next;
}

}  // namespace

GradientLinear::GradientLinear(const GradientSettings& settings,
                               const GradientTexts& texts) noexcept
    : settings_(settings),
      texts_(texts),
      weights_(settings.bits, settings.memory,
               1 + slot_count(settings.optimizer) + (settings.l1 > 0 ? 1 : 0)) {
  if (settings_.learning_rate == 0) settings_.learning_rate = own_rate(settings_.optimizer);
}

uint32_t GradientLinear::traits() const noexcept {
  return weights_.hashed() ? info().traits : info().traits & ~uint32_t{kLive};
}

void GradientLinear::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(weights_.raw<PlainLoad>(x));
}

void GradientLinear::predict_live(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(weights_.raw<LiveLoad>(x));
}

Status GradientLinear::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double raw = weights_.raw<PlainLoad>(x);
  if (!before.empty()) before[0] = link(raw);
  if (x.weight == 0) return {};
  if (!weights_.admit(x)) return {Code::exhausted, texts_.full};
  const double g = clipped(slope(settings_.loss, raw, target(x), settings_.shape) *
                           static_cast<double>(x.weight));
  state_.clock.advance();
  state_.penalty += settings_.l1 * rate_now();
  switch (settings_.optimizer) {
    case LinearOptimizer::sgd:
      follow<Sgd>(x, g);
      break;
    case LinearOptimizer::adagrad:
      follow<Adagrad>(x, g);
      break;
    case LinearOptimizer::adam:
      follow<Adam>(x, g);
      break;
  }
  return {};
}

double GradientLinear::clipped(double g) noexcept {
  double most = settings_.clip;
  if (most == 0) {
    if (state_.gradient_count > 0) most = kClipFactor * state_.gradient_sum / state_.gradient_count;
    if (!(most > 0)) most = 1e12;
  }
  g = g > most ? most : g < -most ? -most : g;
  state_.gradient_sum = (g < 0 ? -g : g) + kFading * state_.gradient_sum;
  state_.gradient_count = 1 + kFading * state_.gradient_count;
  return g;
}

double GradientLinear::rate_now() const noexcept {
  return settings_.schedule == RateSchedule::constant
             ? settings_.learning_rate
             : settings_.learning_rate / math_sqrt(state_.clock.steps);
}

template <class Rule>
void GradientLinear::follow(const Example& x, double g) noexcept {
  const Rule rule = Rule::at(state_.clock, rate_now());
  const float slope_now = static_cast<float>(g);
  const bool penalty = settings_.l1 > 0;
  if (weights_.hashed())
    penalty ? step<Rule, true, LiveStore>(x, rule, slope_now)
            : step<Rule, false, LiveStore>(x, rule, slope_now);
  else
    penalty ? step<Rule, true, PlainStore>(x, rule, slope_now)
            : step<Rule, false, PlainStore>(x, rule, slope_now);
  if (settings_.bias == BiasRule::feature) return;
  float& bias = weights_.array(0)[0];
  const float next = static_cast<float>(static_cast<double>(bias) - settings_.intercept_rate * g);
  if (!is_finite(next)) {
    skipped_++;
    return;
  }
  if (weights_.hashed()) weights_.table(0).touch(0);
  live_store(bias, next);
}

template <class Rule, bool kPenalty, class Store>
void GradientLinear::step(const Example& x, const Rule& rule, float g) noexcept {
  constexpr uint32_t kSlots = Rule::kSlots;
  const float l2 = static_cast<float>(settings_.l2);
  const float owed = static_cast<float>(state_.penalty);
  float* __restrict w = weights_.array(0);
  float* __restrict a = kSlots > 0 ? weights_.array(1) : nullptr;
  float* __restrict b = kSlots > 1 ? weights_.array(2) : nullptr;
  float* __restrict q = kPenalty ? weights_.array(1 + kSlots) : nullptr;
  uint32_t skipped = 0;
  // Without a branch per weight: the loop over a dense row becomes vector code.
  const auto one = [&](std::size_t at, float value) {
    const float old = w[at];
    float first = kSlots > 0 ? a[at] : 0, second = kSlots > 1 ? b[at] : 0;
    float paid = kPenalty ? q[at] : 0;
    float next = rule(old, g * value + l2 * old, first, second);
    if constexpr (kPenalty) next = pay_penalty(next, owed, paid);
    const bool good = is_finite(next) && is_finite(first) && is_finite(second) && is_finite(paid);
    skipped += good ? 0u : 1u;
    const auto put = [&](uint32_t array, float* to, float fresh) {
      if constexpr (Store::kLive) weights_.table(array).touch(at);
      Store::store(to[at], good ? fresh : to[at]);
    };
    put(0, w, next);
    if constexpr (kSlots > 0) put(1, a, first);
    if constexpr (kSlots > 1) put(2, b, second);
    if constexpr (kPenalty) put(1 + kSlots, q, paid);
  };
  if (settings_.bias == BiasRule::feature) one(0, 1);
  const bool plain_row = !Store::kLive && x.numeric.index.empty() && x.nominal.index.empty() &&
                         weights_.run(x) == x.dense.size();
  if (plain_row)
    for (std::size_t k = 0; k < x.dense.size(); k++)
      one(k + 1, x.dense[k]);
  else
    weights_.each(x, one);
  skipped_ += skipped;
}

Status GradientLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  if (parts.size() != x.dense.size() + x.numeric.index.size() + x.nominal.index.size() + 1)
    return {Code::invalid_argument, texts_.parts};
  weights_.explain(x, parts);
  return {};
}

void GradientLinear::draw(Sink& sink) const noexcept {
  const float* w = weights_.array(0);
  sink.number("bias", static_cast<double>(w[0]));
  for (std::size_t k = 1; k < weights_.size(); k++) {
    if (w[k] == 0) continue;
    const uint32_t row = static_cast<uint32_t>(k - 1);
    sink.weight(weights_.hashed() ? row : weights_.dictionary().keys()[row], kNone,
                static_cast<double>(w[k]));
  }
}

/// Tensor names by array; written to files.
std::span<const std::string_view> GradientLinear::array_names() const noexcept {
  static constexpr std::string_view kSgd[] = {"w", "l1"};
  static constexpr std::string_view kAdagrad[] = {"w", "sum", "l1"};
  static constexpr std::string_view kAdam[] = {"w", "m", "v", "l1"};
  switch (settings_.optimizer) {
    case LinearOptimizer::sgd:
      return kSgd;
    case LinearOptimizer::adagrad:
      return kAdagrad;
    case LinearOptimizer::adam:
      return kAdam;
  }
  return kSgd;
}

Status GradientLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(weights_.save(writer, array_names()));
  const State& p = state_;
  const double state[] = {p.clock.steps, p.clock.first,  p.clock.second,
                          p.penalty,     p.gradient_sum, p.gradient_count};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status GradientLinear::load(Reader& reader) noexcept {
  FRESHET_TRY(weights_.load(reader, array_names(), texts_.state));
  double state[6];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  state_ = {{state[0], state[1], state[2]}, state[3], state[4], state[5]};
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status GradientLinear::assign(const GradientLinear& from) noexcept {
  if (!weights_.assign(from.weights_, weights_.arrays()))
    return {Code::exhausted, texts_.too_large};
  state_ = from.state_;
  skipped_ = from.skipped_;
  return {};
}

bool GradientLinear::mergeable(const Learner& other) const noexcept {
  return other.pipeline() == nullptr && &other.info() == &info() &&
         static_cast<const GradientLinear&>(other).settings_ == settings_;
}

Status GradientLinear::copy_into(Learner& spare) const noexcept {
  if (!mergeable(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<GradientLinear&>(spare).assign(*this);
}

void GradientLinear::merge_row(std::size_t to, const GradientLinear& other,
                               std::size_t from) noexcept {
  const bool by_gradients = settings_.optimizer == LinearOptimizer::adagrad &&
                            (to != 0 || settings_.bias == BiasRule::feature);
  double mine = state_.clock.steps, theirs = other.state_.clock.steps;
  if (by_gradients) {
    mine = static_cast<double>(weights_.array(1)[to]);
    theirs = static_cast<double>(other.weights_.array(1)[from]);
  }
  if (!(mine + theirs > 0)) return;
  const double share = theirs / (mine + theirs);
  for (uint32_t k = 0; k < weights_.arrays(); k++) {
    float& cell = weights_.array(k)[to];
    const double a = static_cast<double>(cell),
                 b = static_cast<double>(other.weights_.array(k)[from]);
    const bool added = k == 1 && settings_.optimizer == LinearOptimizer::adagrad;
    if (weights_.hashed()) weights_.table(k).touch(to);
    live_store(cell, clamp_to_float(added ? a + b : a + share * (b - a)));
  }
}

Status GradientLinear::merge(const Learner& same_kind) noexcept {
  if (!mergeable(same_kind)) return {Code::invalid_argument, texts_.other_kind};
  const auto& other = static_cast<const GradientLinear&>(same_kind);
  merge_row(0, other, 0);
  if (weights_.hashed()) {
    for (std::size_t at = 1; at < weights_.size(); at++)
      merge_row(at, other, at);
  } else {
    const std::span<const uint32_t> keys = other.weights_.dictionary().keys();
    for (std::size_t row = 0; row < keys.size(); row++) {
      const bool known = weights_.position(keys[row]) != 0;
      if (!weights_.admit({.numeric = {keys.subspan(row, 1), {}}}))
        return {Code::exhausted, texts_.full};
      const std::size_t to = weights_.position(keys[row]);
      if (known)
        merge_row(to, other, row + 1);
      else  // what only the other has met is taken as it is
        for (uint32_t k = 0; k < weights_.arrays(); k++)
          weights_.array(k)[to] = other.weights_.array(k)[row + 1];
    }
  }
  State& p = state_;
  const State& q = other.state_;
  const double steps = p.clock.steps + q.clock.steps;
  if (steps > 0) p.penalty = (p.penalty * p.clock.steps + q.penalty * q.clock.steps) / steps;
  p.clock = {steps, p.clock.first * q.clock.first, p.clock.second * q.clock.second};
  p.gradient_sum += q.gradient_sum;
  p.gradient_count += q.gradient_count;
  skipped_ += other.skipped_;
  return {};
}

std::span<const float> GradientLinear::parameters() const noexcept {
  return {weights_.array(0), weights_.size()};
}

Status GradientLinear::replace(std::span<const float> parameters) noexcept {
  if (parameters.size() != weights_.size()) return {Code::invalid_argument, texts_.parameters};
  for (const float p : parameters)
    if (!is_finite(p)) return {Code::invalid_argument, texts_.parameters};
  float* w = weights_.array(0);
  for (std::size_t k = 0; k < parameters.size(); k++) {
    if (w[k] == parameters[k]) continue;
    if (weights_.hashed()) weights_.table(0).touch(k);
    live_store(w[k], parameters[k]);
  }
  return {};
}

std::span<Table* const> GradientLinear::live_tables() noexcept {
  if (!weights_.hashed()) return {};
  for (uint32_t k = 0; k < weights_.arrays(); k++)
    tables_[k] = &weights_.table(k);
  return {tables_.data(), weights_.arrays()};
}

}  // namespace freshet
