#include "freshet/learn/linear/gradient_linear.h"

#include "freshet/core/check.h"

namespace freshet {
GradientLinear::GradientLinear(const GradientSettings& settings, const Texts& texts) noexcept
    : settings_(settings),
      texts_(texts),
      clip_(settings.clip),
      weights_(settings.bits, settings.memory,
               1 + slot_count(settings.optimizer) +
                   (pays_penalty(settings.optimizer, settings.l1) ? 1 : 0)) {
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
  const double g = clip_(slope(settings_.loss, raw, target_of(x, label()), settings_.shape) *
                         static_cast<double>(x.weight));
  state_.clock.advance();
  const double rate = rate_now();
  state_.penalty += settings_.l1 * rate;
  skipped_ += take_step(weights_, 0, x, g,
                        {.optimizer = settings_.optimizer,
                         .clock = state_.clock,
                         .rate = rate,
                         .l1 = settings_.l1,
                         .l2 = settings_.l2,
                         .pays = pays_penalty(settings_.optimizer, settings_.l1),
                         .penalty = state_.penalty,
                         .bias_feature = settings_.bias == BiasRule::feature});
  if (settings_.bias == BiasRule::rate) move_bias(g);
  return {};
}

void GradientLinear::move_bias(double g) noexcept {
  float& bias = weights_.array(0)[0];
  const float next = static_cast<float>(static_cast<double>(bias) - settings_.intercept_rate * g);
  if (!is_finite(next)) {
    skipped_++;
    return;
  }
  if (weights_.hashed()) weights_.table(0).touch(0);
  live_store(bias, next);
}

double GradientLinear::rate_now() const noexcept {
  return settings_.schedule == RateSchedule::constant
             ? settings_.learning_rate
             : settings_.learning_rate / math_sqrt(state_.clock.steps);
}

Status GradientLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, texts_.parts));
  weights_.explain(x, parts);
  return {};
}

void GradientLinear::draw(Sink& sink) const noexcept {
  weights_.draw(sink);
}

Status GradientLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(weights_.save(writer, array_names(settings_.optimizer)));
  const State& p = state_;
  const double state[] = {p.clock.steps, p.clock.first, p.clock.second,
                          p.penalty,     clip_.sum(),   clip_.count()};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status GradientLinear::load(Reader& reader) noexcept {
  FRESHET_TRY(weights_.load(reader, array_names(settings_.optimizer), texts_.state));
  double state[6];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  state_ = {{state[0], state[1], state[2]}, state[3]};
  clip_.set(state[4], state[5]);
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status GradientLinear::assign(const GradientLinear& from) noexcept {
  if (!weights_.assign(from.weights_)) return {Code::exhausted, texts_.memory};
  state_ = from.state_;
  clip_ = from.clip_;
  skipped_ = from.skipped_;
  return {};
}

bool GradientLinear::mergeable(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const GradientLinear&>(other).settings_ == settings_;
}

Status GradientLinear::copy_into(Learner& spare) const noexcept {
  if (!mergeable(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<GradientLinear&>(spare).assign(*this);
}

Status GradientLinear::merge(const Learner& same_kind) noexcept {
  if (!mergeable(same_kind)) return {Code::invalid_argument, texts_.other_kind};
  const auto& other = static_cast<const GradientLinear&>(same_kind);
  const double steps = state_.clock.steps + other.state_.clock.steps;
  if (!(steps > 0)) return {};
  const GradientJoin join{.optimizer = settings_.optimizer,
                          .rate = settings_.learning_rate,
                          .l1 = settings_.l1,
                          .l2 = settings_.l2,
                          .share = other.state_.clock.steps / steps,
                          .bias_feature = settings_.bias == BiasRule::feature};
  const bool room = weights_.join(other.weights_, [&](const LinearWeights::Place& at) {
    return join(weights_, other.weights_, at);
  });
  if (!room) return {Code::exhausted, texts_.full};
  State& p = state_;
  const State& q = other.state_;
  p.penalty = (p.penalty * p.clock.steps + q.penalty * q.clock.steps) / steps;
  p.clock = {steps, p.clock.first * q.clock.first, p.clock.second * q.clock.second};
  clip_.set(clip_.sum() + other.clip_.sum(), clip_.count() + other.clip_.count());
  skipped_ += other.skipped_;
  return {};
}

std::span<const float> GradientLinear::parameters() const noexcept {
  return {weights_.array(0), weights_.size()};
}

Status GradientLinear::replace(std::span<const float> parameters) noexcept {
  return weights_.replace(parameters, texts_.parameters);
}

std::span<Table* const> GradientLinear::live_tables() noexcept {
  if (!weights_.hashed()) return {};
  for (uint32_t k = 0; k < weights_.arrays(); k++)
    tables_[k] = &weights_.table(k);
  return {tables_.data(), weights_.arrays()};
}

}  // namespace freshet
