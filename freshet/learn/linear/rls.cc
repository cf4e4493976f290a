#include "freshet/learn/linear/rls.h"

#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/make_entry.h"
#include "freshet/learn/linear/linear_weights.h"

namespace freshet {
namespace {

constexpr char kName[] = "rls";
using Says = Complaints<kName>;
constexpr const char* kTooMany =
    "rls: more than 4095 features, or no room for their matrix; raise memory, or take `linear`";

}  // namespace

extern const Entry<Learner> rls_entry;
constinit const Entry<Learner> rls_entry{
    .info = {.name = kName,
             .summary =
                 "Recursive least squares: the exact line through all examples, with forgetting.",
             .paper = "Plackett, Biometrika 1950",
             .cost = "O(d^2), d weights",
             .memory = "4 d^2 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = kRlsOptions,
             .options_size = sizeof(RlsOptions),
             .defaults = default_options<RlsOptions>},
    .make = make_entry<Rls>};

Rls::Rls(const RlsOptions& options) noexcept
    : options_(options),
      pool_(pool_limit(options.memory)),
      dictionary_(pool_),
      weights_(pool_),
      p_(pool_),
      x_(pool_),
      px_(pool_) {}

const Info& Rls::info() const noexcept {
  return rls_entry.info;
}

Status Rls::check(const Example& x) const noexcept {
  return check_target<kName>(x);
}

double Rls::raw(const Example& x) const noexcept {
  if (weights_.size() == 0) return 0;
  LaneSum sum;
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = dictionary_.find(index);
    if (row != kNone) sum.add(k, weights_[row + 1] * static_cast<double>(value));
    k++;
  });
  return weights_[0] + sum.total();
}

void Rls::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = clamp_to_float(raw(x));
}

/// Room for `weights` of them; new ones start at 0, with 1 / delta on P's diagonal. A smaller number gives room back.
bool Rls::fit(std::size_t weights) noexcept {
  const std::size_t had = weights_.size();
  if (weights > kMostWeights || !weights_.resize(weights) || !x_.resize(weights) ||
      !px_.resize(weights) || !p_.resize(weights * (weights + 1) / 2))
    return false;
  for (std::size_t i = had; i < weights; i++)
    p_[i * (i + 1) / 2 + i] = 1 / options_.delta;
  return true;
}

bool Rls::admit(const Example& x) noexcept {
  const uint32_t rows = dictionary_.size();
  const std::size_t weights = weights_.size();
  if (dictionary_.add_all(x) && fit(std::size_t{dictionary_.size()} + 1)) return true;
  dictionary_.shrink(rows);
  (void)weights_.resize(weights);  // not larger, all of them
  (void)x_.resize(weights);
  (void)px_.resize(weights);
  (void)p_.resize(weights * (weights + 1) / 2);
  return false;
}

/// x by row; a feature given twice counts twice.
void Rls::spread(const Example& x) noexcept {
  for (double& value : x_.span())
    value = 0;
  x_[0] = 1;
  each_feature(x, [&](uint32_t index, float value) {
    x_[dictionary_.find(index) + 1] += static_cast<double>(value);
  });
}

double Rls::trace() const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); i++)
    sum += p_[i * (i + 1) / 2 + i];
  return sum;
}

Status Rls::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double score = raw(x);
  if (!before.empty()) before[0] = clamp_to_float(score);
  if (x.weight == 0) return {};
  if (!admit(x)) return {Code::exhausted, kTooMany};
  spread(x);
  const std::size_t d = weights_.size();
  for (double& value : px_.span())
    value = 0;
  double xpx = 0;
  for (std::size_t i = 0; i < d; i++) {
    const double* row = &p_[i * (i + 1) / 2];
    double sum = 0;
    for (std::size_t j = 0; j < i; j++) {
      sum += row[j] * x_[j];
      px_[j] += row[j] * x_[i];
    }
    px_[i] += sum + row[i] * x_[i];
  }
  for (std::size_t i = 0; i < d; i++)
    xpx += x_[i] * px_[i];
  const double lambda =
      trace() > options_.cap * static_cast<double>(d) / options_.delta ? 1 : options_.lambda;
  const double scale = lambda / static_cast<double>(x.weight) + xpx;
  const double error = static_cast<double>(x.label[0]) - score;
  bool good = scale > 0 && is_finite(scale);
  for (std::size_t i = 0; i < d && good; i++)
    good = is_finite(weights_[i] + px_[i] / scale * error) && is_finite(px_[i] * px_[i]);
  if (!good) {
    skipped_++;
    return {};
  }
  for (std::size_t i = 0; i < d; i++) {
    const double k = px_[i] / scale;
    weights_[i] += k * error;
    double* row = &p_[i * (i + 1) / 2];
    for (std::size_t j = 0; j <= i; j++)
      row[j] = (row[j] - k * px_[j]) / lambda;
  }
  return {};
}

Status Rls::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = dictionary_.find(index);
    parts[k++] = row == kNone ? 0 : clamp_to_float(weights_[row + 1] * static_cast<double>(value));
  });
  parts[k] = weights_.size() == 0 ? 0 : clamp_to_float(weights_[0]);
  return {};
}

void Rls::draw(Sink& sink) const noexcept {
  if (weights_.size() == 0) return;
  sink.number("bias", weights_[0]);
  for (uint32_t row = 0; row < dictionary_.size(); row++)
    sink.weight(dictionary_.keys()[row], kNone, weights_[row + 1]);
}

bool Rls::assign(const Rls& from) noexcept {
  skipped_ = from.skipped_;
  return dictionary_.assign(from.dictionary_.keys()) && weights_.assign(from.weights_.span()) &&
         p_.assign(from.p_.span()) && x_.resize(from.x_.size()) && px_.resize(from.px_.size());
}

Result<std::unique_ptr<Learner>> Rls::clone() const noexcept {
  std::unique_ptr<Rls> copy(new Rls(options_));
  if (!copy->assign(*this)) return {Code::exhausted, Says::kFull};
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Rls::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  if (!static_cast<Rls&>(spare).assign(*this)) return {Code::exhausted, Says::kFull};
  return {};
}

// "p": the lower triangle of P by rows.
Status Rls::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  FRESHET_TRY(put_array<double>(writer, "weights", weights_.span()));
  FRESHET_TRY(put_array<double>(writer, "p", p_.span()));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status Rls::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  FRESHET_TRY_ASSIGN(const auto weights, get_array<double>(reader, "weights"));
  FRESHET_TRY_ASSIGN(const auto p, get_array<double>(reader, "p"));
  FRESHET_TRY(get_value<uint64_t>(reader, "skipped", skipped_));
  const std::size_t d = weights.size();
  if (d > kMostWeights || (d == 0 ? !keys.empty() : d != keys.size() + 1) ||
      p.size() != d * (d + 1) / 2 || !dictionary_.assign(keys))
    return {Code::corrupt, Says::kState};
  if (!fit(d) || !weights_.assign(weights) || !p_.assign(p)) return {Code::exhausted, kTooMany};
  return {};
}

}  // namespace freshet
