#include "freshet/learn/linear/ad_predictor.h"

#include "freshet/base/math.h"
#include "freshet/base/normal.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "ad_predictor";
using Says = Complaints<kName>;
constexpr std::string_view kNames[] = {"mean", "variance"};  // written to files
constexpr double kLeastShare = 1e-9;                         // of a variance left by one example
constexpr float kLeastVariance = 1e-30f;  // 0 means not learned yet; smaller ones are denormal

}  // namespace

extern const Entry<Learner> ad_predictor_entry;
constinit const Entry<Learner> ad_predictor_entry{
    .info = {.name = kName,
             .summary = "Bayesian probit regression: weights that know how sure they are.",
             .paper = "Graepel et al., ICML 2010",
             .cost = "O(features present)",
             .memory = "8 bytes a weight, 16 for its name; hashed: 8 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kBinary,
             .options = kAdPredictorOptions,
             .options_size = sizeof(AdPredictorOptions),
             .defaults = default_options<AdPredictorOptions>},
    .make = make_entry<AdPredictor>};

AdPredictor::AdPredictor(const AdPredictorOptions& options) noexcept
    : Preset(options),
      mean_(options.prior == .5
                ? 0
                : normal_quantile(options.prior) * math_sqrt(options.beta * options.beta + 1)),
      weights_(options.bits, options.memory, 2) {}

Status AdPredictor::start() noexcept {
  return weights_.start(Says::kMemory);
}

const Info& AdPredictor::info() const noexcept {
  return ad_predictor_entry.info;
}

Status AdPredictor::check(const Example& x) const noexcept {
  return check_class<kName>(x, true);
}

AdPredictor::Belief AdPredictor::belief(std::size_t at) const noexcept {
  const float variance = weights_.array(1)[at];
  if (variance == 0) return {mean_, 1};
  return {static_cast<double>(weights_.array(0)[at]), static_cast<double>(variance)};
}

AdPredictor::Score AdPredictor::score(const Example& x) const noexcept {
  LaneSum mean, variance;
  std::size_t k = 0;
  weights_.each_or_none(x, [&](std::size_t at, float value) {
    const double v = static_cast<double>(value);
    const Belief now = at == 0 ? Belief{mean_, 1} : belief(at);
    mean.add(k, v * now.mean);
    variance.add(k++, v * v * now.variance);
  });
  return {mean.total(), options_.beta * options_.beta + variance.total()};
}

void AdPredictor::predict(const Example& x, std::span<float> out) const noexcept {
  const Score now = score(x);
  out[0] = static_cast<float>(normal_cdf(now.mean / math_sqrt(now.variance)));
}

// shift: y v / s; shrink: u / s^2.
void AdPredictor::teach(std::size_t at, double value, double shift, double shrink) noexcept {
  const Belief was = belief(at);
  const double left = 1 - value * value * shrink * was.variance;
  const double variance = was.variance * (left > kLeastShare ? left : kLeastShare);
  const double mean = was.mean + value * shift * was.variance;
  const double stay = 1 - options_.epsilon;
  const double drifted = variance / (stay + options_.epsilon * variance);
  float next_mean = static_cast<float>(
      options_.epsilon == 0 ? mean : drifted * (stay * mean / variance + options_.epsilon * mean_));
  float next_variance = static_cast<float>(options_.epsilon == 0 ? variance : drifted);
  if (!is_finite(next_mean) || !is_finite(next_variance)) {
    skipped_++;
    return;
  }
  if (next_variance < kLeastVariance) next_variance = kLeastVariance;
  if (weights_.hashed()) {
    weights_.table(0).touch(at);
    weights_.table(1).touch(at);
  }
  weights_.array(0)[at] = next_mean;
  weights_.array(1)[at] = next_variance;
}

Status AdPredictor::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const Score now = score(x);
  const double s = math_sqrt(now.variance), z = now.mean / s;
  if (!before.empty()) before[0] = static_cast<float>(normal_cdf(z));
  if (x.weight == 0) return {};
  if (!weights_.admit(x)) return {Code::exhausted, Says::kFull};
  const double y = x.label[0] == 1 ? 1 : -1, weight = static_cast<double>(x.weight);
  const double t = y * z, v = normal_hazard(t);
  const double exact = v * (v + t);
  const double u = exact < 1 ? exact : 1;  // far left v + t is rounding alone
  const double shift = weight * y * v / s, shrink = weight * u / now.variance;
  weights_.each(x, [&](std::size_t at, float value) {
    if (value != 0) teach(at, static_cast<double>(value), shift, shrink);
  });
  return {};
}

Status AdPredictor::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  std::size_t k = 0;
  weights_.each_or_none(x, [&](std::size_t at, float value) {
    parts[k++] = clamp_to_float((at == 0 ? mean_ : belief(at).mean) * static_cast<double>(value));
  });
  parts[k] = 0;
  return {};
}

void AdPredictor::draw(Sink& sink) const noexcept {
  for (std::size_t at = 1; at < weights_.size(); at++)
    if (weights_.array(1)[at] != 0) sink.weight(weights_.feature(at), kNone, belief(at).mean);
}

Status AdPredictor::save(Writer& writer) const noexcept {
  FRESHET_TRY(weights_.save(writer, kNames));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status AdPredictor::load(Reader& reader) noexcept {
  FRESHET_TRY(weights_.load(reader, kNames, Says::kState));
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status AdPredictor::assign(const AdPredictor& from) noexcept {
  if (!weights_.assign(from.weights_)) return {Code::exhausted, Says::kMemory};
  skipped_ = from.skipped_;
  return {};
}

bool AdPredictor::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const AdPredictor&>(other).options_ == options_;
}

Status AdPredictor::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<AdPredictor&>(spare).assign(*this);
}

Status AdPredictor::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const AdPredictor&>(other_learner);
  const bool room = weights_.join(other.weights_, [&](const LinearWeights::Place& at) {
    const bool is_mine = weights_.array(1)[at.to] != 0;
    const bool is_theirs = other.weights_.array(1)[at.from] != 0;
    if (!is_theirs) return static_cast<double>(at.mine);
    if (!is_mine && at.array == 1) return static_cast<double>(at.theirs);
    const Belief a = belief(at.to), b = other.belief(at.from);
    // Precisions add; so do means times precision. The variances come second: they are still the old ones here.
    const double precision = 1 / a.variance + 1 / b.variance - 1;
    const double least = 1 / a.variance < 1 / b.variance ? 1 / a.variance : 1 / b.variance;
    const double joined = precision > least ? precision : least;
    if (at.array == 1) return 1 / joined;
    return (a.mean / a.variance + b.mean / b.variance - mean_) / joined;
  });
  if (!room) return {Code::exhausted, Says::kFull};
  skipped_ += other.skipped_;
  return {};
}

}  // namespace freshet
