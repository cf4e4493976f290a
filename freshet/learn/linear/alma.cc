#include "freshet/learn/linear/alma.h"

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "alma";
using Says = Complaints<kName>;
constexpr std::string_view kNames[] = {"w", "rest"};  // written to files
constexpr double kLeastScale = 1e-6;                  // below it the factor is multiplied in
constexpr double kLeastShare = 1e-9;                  // of its peak: a smaller norm is rounding

}  // namespace

extern const Entry<Learner> alma_entry;
constinit const Entry<Learner> alma_entry{
    .info = {.name = kName,
             .summary = "Two classes with a margin that shrinks as it learns, in any norm.",
             .paper = "Gentile, JMLR 2001",
             .cost = "O(features present)",
             .memory = "8 bytes a weight, 16 for its name; hashed: 8 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kBinary,
             .options = kAlmaOptions,
             .options_size = sizeof(AlmaOptions),
             .defaults = default_options<AlmaOptions>},
    .make = make_entry<Alma>};

Alma::Alma(const AlmaOptions& options) noexcept
    : Preset(options), weights_(options.bits, options.memory, 2) {}

Status Alma::start() noexcept {
  return weights_.start(Says::kMemory);
}

const Info& Alma::info() const noexcept {
  return alma_entry.info;
}

Status Alma::check(const Example& x) const noexcept {
  return check_class<kName>(x, true);
}

void Alma::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = static_cast<float>(math_sigmoid(raw(x)));
}

double Alma::raw(const Example& x) const noexcept {
  LaneSum sum;
  std::size_t k = 0;
  weights_.each(x, [&](std::size_t at, float value) {
    sum.add(k++, weight(at) * static_cast<double>(value));
  });
  return state_.scale * sum.total();
}

void Alma::set_weight(std::size_t at, double v) noexcept {
  const float whole = static_cast<float>(v);
  weights_.array(0)[at] = whole;
  weights_.array(1)[at] = static_cast<float>(v - static_cast<double>(whole));
}

double Alma::power(double v) const noexcept {
  if (options_.p == 2) return v * v;
  return v == 0 ? 0 : math_pow(math_abs(v), options_.p);
}

Status Alma::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double score = raw(x);
  if (!before.empty()) before[0] = static_cast<float>(math_sigmoid(score));
  if (x.weight == 0) return {};
  if (!weights_.admit(x)) return {Code::exhausted, Says::kFull};
  const double y = x.label[0] == 1 ? 1 : -1;
  const double norm = math_sqrt(options_.p - 1), root = math_sqrt(state_.steps);
  if (y * score >= (1 - options_.alpha) * options_.b * norm / root) return {};
  step(x, options_.c / (norm * root) * y * static_cast<double>(x.weight));
  normalise();
  state_.steps += 1;
  return {};
}

/// w += length x.
void Alma::step(const Example& x, double length) noexcept {
  const double by = length / state_.scale;
  weights_.each(x, [&](std::size_t at, float value) {
    const double old = weight(at), next = old + by * static_cast<double>(value);
    if (!is_finite(static_cast<float>(next))) {
      skipped_++;
      return;
    }
    if (weights_.hashed())
      for (uint32_t k = 0; k < weights_.arrays(); k++)
        weights_.table(k).touch(at);
    set_weight(at, next);
    state_.norm += power(weight(at)) - power(old);
  });
}

/// w /= max(1, |w|_p).
void Alma::normalise() noexcept {
  if (state_.norm > state_.peak) state_.peak = state_.norm;
  if (state_.norm < kLeastShare * state_.peak) fold();
  const double norm = options_.p == 2
                          ? math_sqrt(state_.norm)
                          : (state_.norm > 0 ? math_pow(state_.norm, 1 / options_.p) : 0);
  if (state_.scale * norm > 1) state_.scale = 1 / norm;
  if (state_.scale < kLeastScale) fold();
}

/// Multiplies the factor in and adds the norm up anew: O(weights), and rare.
void Alma::fold() noexcept {
  double norm = 0;
  for (std::size_t at = 1; at < weights_.size(); at++) {
    if (weights_.hashed() &&
        !weights_.table(0).touched(static_cast<uint32_t>(at >> Table::kChunkBits))) {
      at |= Table::kChunkFloats - 1;
      continue;
    }
    set_weight(at, weight(at) * state_.scale);
    norm += power(weight(at));
  }
  state_.scale = 1;
  state_.norm = state_.peak = norm;
}

Status Alma::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  weights_.explain(x, parts);
  for (float& part : parts)
    part = clamp_to_float(state_.scale * static_cast<double>(part));
  return {};
}

void Alma::draw(Sink& sink) const noexcept {
  sink.number("steps", state_.steps - 1);
  weights_.draw(sink, 0, state_.scale);
}

Status Alma::save(Writer& writer) const noexcept {
  FRESHET_TRY(weights_.save(writer, kNames));
  const double state[] = {state_.scale, state_.norm, state_.peak, state_.steps};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status Alma::load(Reader& reader) noexcept {
  FRESHET_TRY(weights_.load(reader, kNames, Says::kState));
  double state[4];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  state_ = {state[0], state[1], state[2], state[3]};
  if (!(state_.scale > 0) || !(state_.steps >= 1)) return {Code::corrupt, Says::kState};
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status Alma::assign(const Alma& from) noexcept {
  if (!weights_.assign(from.weights_)) return {Code::exhausted, Says::kMemory};
  state_ = from.state_;
  skipped_ = from.skipped_;
  return {};
}

bool Alma::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) && static_cast<const Alma&>(other).options_ == options_;
}

Status Alma::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<Alma&>(spare).assign(*this);
}

Status Alma::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, Says::kOtherKind};
  FRESHET_TRY_ASSIGN(auto copy, other_learner.clone());
  auto& other = static_cast<Alma&>(*copy);
  fold();
  other.fold();
  const double mine = state_.steps - 1, theirs = other.state_.steps - 1;
  if (!(mine + theirs > 0)) return {};
  const double share = theirs / (mine + theirs);
  const bool room = weights_.join(other.weights_, [&](const LinearWeights::Place& at) {
    const double a = static_cast<double>(at.mine);
    return a + share * (static_cast<double>(at.theirs) - a);
  });
  if (!room) return {Code::exhausted, Says::kFull};
  fold();
  normalise();
  state_.steps = 1 + mine + theirs;
  skipped_ += other.skipped_;
  return {};
}

}  // namespace freshet
