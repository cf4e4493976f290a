#include "freshet/learn/factor/fm.h"

#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "fm";
using Says = Complaints<kName>;

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
    .make = make_entry<Fm>};

Fm::Fm(const FmOptions& options, const TableMemory* memory) noexcept
    : FactorMachine(factor_settings(options, 1), memory, Says::kAll), options_(options) {}

Result<std::unique_ptr<Fm>> Fm::make(const FmOptions& options, const TableMemory* memory) noexcept {
  std::unique_ptr<Fm> made(new Fm(options, memory));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Fm::info() const noexcept {
  return fm_entry.info;
}

/// s_k, shape [factors]; answers the raw score. kFactors: 0 or their number.
template <class Load, uint32_t kFactors>
double Fm::sums(const Example& x, double* s) const noexcept {
  const uint32_t n = kFactors != 0 ? kFactors : options_.factors;
  double squares[kFactors != 0 ? kFactors : kMostFactors];
  for (uint32_t k = 0; k < n; k++)
    s[k] = squares[k] = 0;
  double linear = static_cast<double>(Load::load(rows().bias()));
  each_row(rows(), x, [&](uint32_t at, float value) {
    const float* row = rows().row(at);
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
  each_row(rows(), x, [&](uint32_t at, float) { rows().prefetch(at); });
}

Status Fm::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  double s[kMostFactors];
  const double score = raw<PlainLoad>(x, s);
  if (!before.empty()) before[0] = link(score);
  if (x.weight == 0) return {};
  const double g = gradient(x, score);
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
  step_bias(g);
  return {};
}

/// A row that is new counts as zero in s: its own part of the slope is, too.
template <uint32_t kFactors>
void Fm::follow(const Example& x, const double* s, double g) noexcept {
  const uint32_t n = kFactors != 0 ? kFactors : options_.factors;
  float slopes[kFactors != 0 ? kFactors : kMostFactors];
  each_row(rows(), x, [&](uint32_t at, float value) {
    const double v = static_cast<double>(value), gv = g * v;
    const float* row = rows().row(at);
    for (uint32_t k = 0; k < n; k++)
      slopes[k] = static_cast<float>(gv * (s[k] - static_cast<double>(row[1 + k]) * v));
    rows().draw_if_new(at);
    skip_unless(rows().step_row(at, static_cast<float>(gv), {slopes, n}));
  });
}

Status Fm::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  double s[kMostFactors];
  (void)raw<LiveLoad>(x, s);
  std::size_t at = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const float* row = rows().row(rows().row_of(index));
    const double v = static_cast<double>(value);
    double sum = static_cast<double>(live_load(row[0]));
    for (uint32_t k = 0; k < options_.factors; k++) {
      const double factor = static_cast<double>(live_load(row[1 + k]));
      sum += .5 * factor * (s[k] - factor * v);
    }
    parts[at++] = value == 0 ? 0 : clamp_to_float(sum * v);
  });
  parts[at] = live_load(rows().bias());
  return {};
}

Result<std::unique_ptr<Learner>> Fm::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Fm> copy, make(options_, memory()));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

}  // namespace freshet
