#include "freshet/learn/linear/aggressive_linear.h"

#include "freshet/core/check.h"

namespace freshet {
namespace {
constexpr std::string_view kNames[] = {"w"};  // written to files
}

AggressiveLinear::AggressiveLinear(const AggressiveSettings& settings, const Texts& texts) noexcept
    : settings_(settings), texts_(texts), weights_(settings.bits, settings.memory, 1) {}

uint32_t AggressiveLinear::traits() const noexcept {
  return weights_.hashed() ? info().traits : info().traits & ~uint32_t{kLive};
}

void AggressiveLinear::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(weights_.raw<PlainLoad>(x));
}

void AggressiveLinear::predict_live(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(weights_.raw<LiveLoad>(x));
}

double AggressiveLinear::length(double loss, double squares) const noexcept {
  if (settings_.mode == 2) return loss / (squares + 1 / (2 * settings_.c));
  if (!(squares > 0)) return 0;
  const double full = loss / squares;
  return settings_.mode == 1 && full > settings_.c ? settings_.c : full;
}

void AggressiveLinear::add(std::size_t at, double delta) noexcept {
  float& w = weights_.array(0)[at];
  const float next = static_cast<float>(static_cast<double>(w) + delta);
  if (!is_finite(next)) {
    skipped_++;
    return;
  }
  if (weights_.hashed()) weights_.table(0).touch(at);
  live_store(w, next);
}

Status AggressiveLinear::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double raw = weights_.raw<PlainLoad>(x);
  if (!before.empty()) before[0] = link(raw);
  if (x.weight == 0) return {};
  if (!weights_.admit(x)) return {Code::exhausted, texts_.full};
  examples_ += 1;
  const Wrong error = wrong(raw, x);
  if (!(error.loss > 0)) return {};
  LaneSum squares;
  std::size_t k = 0;
  weights_.each(x, [&](std::size_t, float value) {
    squares.add(k++, static_cast<double>(value) * static_cast<double>(value));
  });
  const double step =
      length(error.loss, squares.total()) * error.direction * static_cast<double>(x.weight);
  if (step == 0) return {};
  weights_.each(x,
                [&](std::size_t at, float value) { add(at, step * static_cast<double>(value)); });
  add(0, step);
  return {};
}

Status AggressiveLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, texts_.parts));
  weights_.explain(x, parts);
  return {};
}

void AggressiveLinear::draw(Sink& sink) const noexcept {
  weights_.draw(sink);
}

Status AggressiveLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(weights_.save(writer, kNames));
  FRESHET_TRY(put_value<double>(writer, "examples", examples_));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status AggressiveLinear::load(Reader& reader) noexcept {
  FRESHET_TRY(weights_.load(reader, kNames, texts_.state));
  FRESHET_TRY(get_value<double>(reader, "examples", examples_));
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status AggressiveLinear::assign(const AggressiveLinear& from) noexcept {
  if (!weights_.assign(from.weights_)) return {Code::exhausted, texts_.memory};
  examples_ = from.examples_;
  skipped_ = from.skipped_;
  return {};
}

bool AggressiveLinear::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const AggressiveLinear&>(other).settings_ == settings_;
}

Status AggressiveLinear::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<AggressiveLinear&>(spare).assign(*this);
}

Status AggressiveLinear::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, texts_.other_kind};
  const auto& other = static_cast<const AggressiveLinear&>(other_learner);
  const double examples = examples_ + other.examples_;
  if (!(examples > 0)) return {};
  const double share = other.examples_ / examples;
  const bool room = weights_.join(other.weights_, [&](const LinearWeights::Place& at) {
    const double mine = static_cast<double>(at.mine);
    return mine + share * (static_cast<double>(at.theirs) - mine);
  });
  if (!room) return {Code::exhausted, texts_.full};
  examples_ = examples;
  skipped_ += other.skipped_;
  return {};
}

std::span<const float> AggressiveLinear::parameters() const noexcept {
  return {weights_.array(0), weights_.size()};
}

Status AggressiveLinear::replace(std::span<const float> parameters) noexcept {
  return weights_.replace(parameters, texts_.parameters);
}

std::span<Table* const> AggressiveLinear::live_tables() noexcept {
  if (!weights_.hashed()) return {};
  table_ = &weights_.table(0);
  return {&table_, 1};
}

}  // namespace freshet
