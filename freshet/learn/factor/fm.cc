#include "freshet/learn/factor/fm.h"

#include "freshet/base/bits.h"
#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/registry.h"
#include "freshet/learn/linear/loss.h"

namespace freshet {
namespace {

constexpr char kName[] = "fm";
using Says = Complaints<kName>;

FactorSettings settings(const FmOptions& o) noexcept {
  return {.optimizer = o.optimizer,
          .bits = o.bits,
          .width = o.factors,
          .learning_rate = o.learning_rate,
          .factor_rate = o.factor_rate,
          .l2 = o.l2,
          .factor_l2 = o.factor_l2,
          .init = o.init,
          .seed = o.seed};
}

Result<std::unique_ptr<Learner>> make_entry(const void* options,
                                            const Registry& registry) noexcept {
  auto made = Fm::make(*static_cast<const FmOptions*>(options), registry.memory);
  if (!made.ok()) return std::move(made).status();
  return std::unique_ptr<Learner>(std::move(*made));
}

/// Calls f(row, value) for every feature that isn't 0, in order.
template <class F>
void each_row(const FactorRows& rows, const Example& x, F&& f) noexcept {
  each_feature(x, [&](uint32_t index, float value) {
    if (value != 0) f(rows.row_of(index), value);
  });
}

}  // namespace

extern const Entry<Learner> fm_entry;
constinit const Entry<Learner> fm_entry{
    .info = {.name = kName,
             .summary = "Factorization machine: a linear model and all pairs of features.",
             .paper = "Rendle, ICDM 2010",
             .cost = "O(features present times factors)",
             .memory = "4 (1 + factors) 2^bits, twice that with adagrad, thrice with ftrl",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable | kBinary,
             .options = kFmOptions,
             .options_size = sizeof(FmOptions),
             .defaults = default_options<FmOptions>},
    .make = make_entry};

Fm::Fm(const FmOptions& options, const TableMemory* memory) noexcept
    : options_(options), memory_(memory), rows_(settings(options)), clip_(options.clip) {}

Result<std::unique_ptr<Fm>> Fm::make(const FmOptions& options, const TableMemory* memory) noexcept {
  std::unique_ptr<Fm> made(new Fm(options, memory));
  FRESHET_TRY(made->rows_.start(options.memory, memory, Says::kMemory));
  return made;
}

const Info& Fm::info() const noexcept {
  return fm_entry.info;
}

uint32_t Fm::traits() const noexcept {
  return label() == Label::one_class ? info().traits : info().traits & ~uint32_t{kBinary};
}

Status Fm::check(const Example& x) const noexcept {
  return label() == Label::one_class ? check_class<kName>(x, true) : check_target<kName>(x);
}

float Fm::link(double raw) const noexcept {
  return label() == Label::one_class ? static_cast<float>(math_sigmoid(raw)) : clamp_to_float(raw);
}

/// s_k, shape [factors]; answers the raw score. kFactors: 0 or their number.
template <class Load, uint32_t kFactors>
double Fm::sums(const Example& x, double* s) const noexcept {
  const uint32_t n = kFactors != 0 ? kFactors : options_.factors;
  double squares[kFactors != 0 ? kFactors : kMostFactors];
  for (uint32_t k = 0; k < n; k++)
    s[k] = squares[k] = 0;
  double linear = static_cast<double>(Load::load(rows_.bias()));
  each_row(rows_, x, [&](uint32_t at, float value) {
    const float* row = rows_.row(at);
    const double v = static_cast<double>(value);
    linear += static_cast<double>(Load::load(row[0])) * v;
    for (uint32_t k = 0; k < n; k++) {
      const double term = static_cast<double>(Load::load(row[1 + k])) * v;
      s[k] += term;
      squares[k] += term * term;
    }
  });
  double pairs = 0;
  for (uint32_t k = 0; k < n; k++)
    pairs += s[k] * s[k] - squares[k];
  return linear + .5 * pairs;
}

template <class Load>
double Fm::raw(const Example& x, double* s) const noexcept {
  switch (options_.factors) {
    case 4:
      return sums<Load, 4>(x, s);
    case 8:
      return sums<Load, 8>(x, s);
    case 16:
      return sums<Load, 16>(x, s);
    default:
      return sums<Load, 0>(x, s);
  }
}

void Fm::predict(const Example& x, std::span<float> out) const noexcept {
  double s[kMostFactors];
  out[0] = link(raw<PlainLoad>(x, s));
}

void Fm::predict_live(const Example& x, std::span<float> out) const noexcept {
  double s[kMostFactors];
  out[0] = link(raw<LiveLoad>(x, s));
}

void Fm::prefetch(const Example& x) const noexcept {
  each_row(rows_, x, [&](uint32_t at, float) { rows_.prefetch(at); });
}

Status Fm::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  double s[kMostFactors];
  const double score = raw<PlainLoad>(x, s);
  if (!before.empty()) before[0] = link(score);
  if (x.weight == 0) return {};
  const double label_value = static_cast<double>(x.label[0]);
  const bool classes = label() == Label::one_class;
  const double y = !classes ? label_value : label_value == 1 ? 1 : -1;
  const Loss loss = classes ? Loss::logistic : Loss::squared;
  const double g = clip_(slope(loss, score, y, {}) * static_cast<double>(x.weight));
  examples_ += 1;
  switch (options_.factors) {
    case 4:
      follow<4>(x, s, g);
      break;
    case 8:
      follow<8>(x, s, g);
      break;
    default:
      follow<0>(x, s, g);
  }
  const double bias = static_cast<double>(rows_.bias()) - options_.intercept_rate * g;
  if (is_finite(static_cast<float>(bias)))
    rows_.set_bias(static_cast<float>(bias));
  else
    skipped_++;
  return {};
}

/// A row that is new counts as zero in s: its own part of the slope is, too.
template <uint32_t kFactors>
void Fm::follow(const Example& x, const double* s, double g) noexcept {
  const uint32_t n = kFactors != 0 ? kFactors : options_.factors;
  float slopes[kFactors != 0 ? kFactors : kMostFactors];
  each_row(rows_, x, [&](uint32_t at, float value) {
    const double v = static_cast<double>(value), gv = g * v;
    const float* row = rows_.row(at);
    for (uint32_t k = 0; k < n; k++)
      slopes[k] = static_cast<float>(gv * (s[k] - static_cast<double>(row[1 + k]) * v));
    rows_.draw_if_new(at);
    skipped_ += rows_.step_row(at, static_cast<float>(gv), {slopes, n}) ? 0 : 1;
  });
}

Status Fm::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  double s[kMostFactors];
  (void)raw<LiveLoad>(x, s);
  std::size_t at = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const float* row = rows_.row(rows_.row_of(index));
    const double v = static_cast<double>(value);
    double sum = static_cast<double>(live_load(row[0]));
    for (uint32_t k = 0; k < options_.factors; k++) {
      const double factor = static_cast<double>(live_load(row[1 + k]));
      sum += .5 * factor * (s[k] - factor * v);
    }
    parts[at++] = value == 0 ? 0 : clamp_to_float(sum * v);
  });
  parts[at] = live_load(rows_.bias());
  return {};
}

void Fm::draw(Sink& sink) const noexcept {
  sink.number("bias", static_cast<double>(rows_.bias()));
  for (uint32_t r = 0; r < rows_.rows(); r++)
    if (const float w = rows_.row(r)[0]; w != 0) sink.weight(r, kNone, static_cast<double>(w));
}

bool Fm::same_kind(const Learner& other) const noexcept {
  return other.pipeline() == nullptr && &other.info() == &info() &&
         static_cast<const Fm&>(other).options_ == options_;
}

Status Fm::assign(const Fm& from) noexcept {
  FRESHET_TRY(rows_.assign(from.rows_));
  clip_ = from.clip_;
  examples_ = from.examples_;
  skipped_ = from.skipped_;
  return {};
}

Result<std::unique_ptr<Learner>> Fm::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Fm> copy, make(options_, memory_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Fm::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<Fm&>(spare).assign(*this);
}

Status Fm::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Fm&>(other_learner);
  const double examples = examples_ + other.examples_;
  if (!(examples > 0)) return {};
  rows_.merge(other.rows_, other.examples_ / examples);
  clip_.set(clip_.sum() + other.clip_.sum(), clip_.count() + other.clip_.count());
  examples_ = examples;
  skipped_ += other.skipped_;
  return {};
}

Status Fm::replace(std::span<const float> parameters) noexcept {
  return rows_.replace(parameters, Says::kParameters);
}

// "state": examples, faded sum and count of |g|.
Status Fm::save(Writer& writer) const noexcept {
  FRESHET_TRY(rows_.save(writer));
  const double state[] = {examples_, clip_.sum(), clip_.count()};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status Fm::load(Reader& reader) noexcept {
  FRESHET_TRY(rows_.load(reader));
  double state[3];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  examples_ = state[0];
  clip_.set(state[1], state[2]);
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

}  // namespace freshet
