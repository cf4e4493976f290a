#include "freshet/learn/linear/rateless_linear.h"

#include "freshet/core/check.h"
#include "freshet/core/features.h"

namespace freshet {

uint32_t RatelessLinear::traits() const noexcept {
  return is_of_classes() ? info().traits : info().traits & ~uint32_t{kBinary};
}

Status RatelessLinear::start() noexcept {
  const uint64_t floats = ((uint64_t{1} << settings_.bits) + 1) * settings_.stride;
  if (!Table::fit(floats, settings_.memory)) return {Code::exhausted, texts_.memory};
  FRESHET_TRY_ASSIGN(rows_, Table::make(static_cast<std::size_t>(floats)));
  return {};
}

double RatelessLinear::slope_at(double raw, double y) const noexcept {
  switch (settings_.loss) {
    case RatelessLoss::logistic:
      return slope(Loss::logistic, raw, y, {});
    case RatelessLoss::hinge:
      return slope(Loss::hinge, raw, y, {});
    case RatelessLoss::squared:
      return slope(Loss::squared, raw, y, {});
    case RatelessLoss::quantile:
      return slope(Loss::quantile, raw, y, {.tau = settings_.tau});
  }
  return 0;
}

void RatelessLinear::predict(const Example& x, std::span<float> out) const noexcept {
  double lengths = 0;
  out[0] = link(score(x, shared_, lengths));
}

Status RatelessLinear::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  double lengths = 0;
  const double raw = score(x, shared_, lengths);
  if (!before.empty()) before[0] = link(raw);
  if (x.weight == 0) return {};
  const double y = target_of(x, label());
  if (settings_.loss != RatelessLoss::logistic) {
    if (y < low_) low_ = y;
    if (y > high_) high_ = y;
  }
  const double weight = static_cast<double>(x.weight);
  if (is_finite(shared_.lengths + lengths)) {
    shared_.lengths += lengths;
    shared_.weight += weight;
  }
  examples_ += 1;
  follow(x, slope_at(clip(raw), y) * weight);
  return {};
}

Status RatelessLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, texts_.parts));
  const uint32_t mask = static_cast<uint32_t>((uint64_t{1} << settings_.bits) - 1);
  std::size_t k = 0;
  const auto part = [&](uint32_t at, float value) {
    const double v = static_cast<double>(value);
    parts[k++] = value == 0 ? 0 : clamp_to_float(weight(row(at), v) * v);
  };
  each_feature(x, [&](uint32_t index, float value) { part(index & mask, value); });
  part(mask + 1, 1);
  return {};
}

void RatelessLinear::draw(Sink& sink) const noexcept {
  const uint32_t rows = uint32_t{1} << settings_.bits;
  sink.number("examples", examples_);
  sink.number("bias", weight(row(rows), 1));
  for (uint32_t at = 0; at < rows; at++) {
    const std::size_t chunk = std::size_t{at} * settings_.stride >> Table::kChunkBits;
    if (!rows_.touched(static_cast<uint32_t>(chunk))) continue;
    if (const double w = weight(row(at), 1); w != 0) sink.weight(at, kNone, w);
  }
}

// "state": S, T, least and largest label, examples.
Status RatelessLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(rows_.save(writer, "rows"));
  const double state[] = {shared_.lengths, shared_.weight, low_, high_, examples_};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status RatelessLinear::load(Reader& reader) noexcept {
  FRESHET_TRY(rows_.load(reader, "rows"));
  double state[5];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  shared_ = {state[0], state[1]};
  low_ = state[2];
  high_ = state[3];
  examples_ = state[4];
  if (!(low_ <= high_)) return {Code::corrupt, texts_.state};
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

Status RatelessLinear::assign(const RatelessLinear& from) noexcept {
  FRESHET_TRY_ASSIGN(rows_, from.rows_.clone());
  shared_ = from.shared_;
  low_ = from.low_;
  high_ = from.high_;
  examples_ = from.examples_;
  skipped_ = from.skipped_;
  return {};
}

bool RatelessLinear::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const RatelessLinear&>(other).settings_ == settings_;
}

Status RatelessLinear::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<RatelessLinear&>(spare).assign(*this);
}

}  // namespace freshet
