#include "freshet/learn/linear/bayesian_linear.h"

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/make_entry.h"
#include "freshet/learn/linear/linear_weights.h"

namespace freshet {
namespace {

constexpr char kName[] = "bayesian_linear";
using Says = Complaints<kName>;
constexpr const char* kTooMany =
    "bayesian_linear: more than 4096 features, or no room for their matrices; raise memory, or "
    "take "
    "`linear`";

}  // namespace

extern const Entry<Learner> bayesian_linear_entry;
constinit const Entry<Learner> bayesian_linear_entry{
    .info = {.name = kName,
             .summary = "Bayesian linear regression: weights with all their uncertainty.",
             .paper = "Bishop, Pattern Recognition and Machine Learning, 2006",
             .cost = "O(d^2), d features",
             .memory = "8 d^2 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kWeightIsCount,
             .options = kBayesianLinearOptions,
             .options_size = sizeof(BayesianLinearOptions),
             .defaults = default_options<BayesianLinearOptions>},
    .make = make_entry<BayesianLinear>};

BayesianLinear::BayesianLinear(const BayesianLinearOptions& options) noexcept
    : options_(options),
      pool_(pool_limit(options.memory)),
      dictionary_(pool_),
      mean_(pool_),
      moment_(pool_),
      covariance_(pool_),
      precision_(pool_),
      x_(pool_),
      sx_(pool_) {}

const Info& BayesianLinear::info() const noexcept {
  return bayesian_linear_entry.info;
}

uint32_t BayesianLinear::traits() const noexcept {
  return options_.smoothing == 0 ? info().traits : info().traits & ~uint32_t{kWeightIsCount};
}

Status BayesianLinear::check(const Example& x) const noexcept {
  return check_target<kName>(x);
}

double BayesianLinear::raw(const Example& x) const noexcept {
  LaneSum sum;
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = dictionary_.find(index);
    if (row != kNone) sum.add(k, mean_[row] * static_cast<double>(value));
    k++;
  });
  return sum.total();
}

void BayesianLinear::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = clamp_to_float(raw(x));
}

double BayesianLinear::variance(const Example& x) const noexcept {
  double sum = 1 / options_.beta;
  each_feature(x, [&](uint32_t a, float value_a) {
    const double va = static_cast<double>(value_a);
    const uint32_t i = dictionary_.find(a);
    if (i == kNone) sum += va * va / options_.alpha;
    if (i == kNone) return;
    each_feature(x, [&](uint32_t b, float value_b) {
      const uint32_t j = dictionary_.find(b);
      if (j != kNone) sum += va * static_cast<double>(value_b) * covariance_[place(i, j)];
    });
  });
  return sum;
}

/// Room for `features` of them; new ones start as the prior has them. A smaller number gives room back.
bool BayesianLinear::fit(std::size_t features) noexcept {
  const std::size_t had = mean_.size(), cells = features * (features + 1) / 2;
  if (features > kMostFeatures || !mean_.resize(features) || !moment_.resize(features) ||
      !x_.resize(features) || !sx_.resize(features) || !covariance_.resize(cells) ||
      !precision_.resize(cells))
    return false;
  for (std::size_t i = had; i < features; i++) {
    covariance_[place(i, i)] = 1 / options_.alpha;
    precision_[place(i, i)] = options_.alpha;
  }
  return true;
}

bool BayesianLinear::admit(const Example& x) noexcept {
  const uint32_t rows = dictionary_.size();
  if (dictionary_.add_all(x) && fit(dictionary_.size())) return true;
  dictionary_.shrink(rows);
  const std::size_t cells = std::size_t{rows} * (rows + 1) / 2;
  (void)mean_.resize(rows);  // not larger, all of them
  (void)moment_.resize(rows);
  (void)x_.resize(rows);
  (void)sx_.resize(rows);
  (void)covariance_.resize(cells);
  (void)precision_.resize(cells);
  return false;
}

/// x by row; a feature given twice counts twice.
void BayesianLinear::spread(const Example& x) noexcept {
  for (double& value : x_.span())
    value = 0;
  each_feature(x, [&](uint32_t index, float value) {
    x_[dictionary_.find(index)] += static_cast<double>(value);
  });
}

/// sx_ = S x.  Returns x'Sx.
double BayesianLinear::times_covariance() noexcept {
  const std::size_t d = mean_.size();
  for (double& value : sx_.span())
    value = 0;
  double xsx = 0;
  for (std::size_t i = 0; i < d; i++) {
    const double* row = covariance_.data() + i * (i + 1) / 2;
    double sum = 0;
    for (std::size_t j = 0; j < i; j++) {
      sum += row[j] * x_[j];
      sx_[j] += row[j] * x_[i];
    }
    sx_[i] += sum + row[i] * x_[i];
  }
  for (std::size_t i = 0; i < d; i++)
    xsx += x_[i] * sx_[i];
  return xsx;
}

Status BayesianLinear::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double score = raw(x);
  if (!before.empty()) before[0] = clamp_to_float(score);
  if (x.weight == 0) return {};
  if (!admit(x)) return {Code::exhausted, kTooMany};
  spread(x);
  const double xsx = times_covariance();
  const double s = options_.smoothing == 0 ? 1 : options_.smoothing;
  const double beta = options_.beta * static_cast<double>(x.weight) *
                      (options_.smoothing == 0 ? 1 : 1 - options_.smoothing);
  // precision' = s precision + beta x x', so S' x = S x / (s + beta x'Sx).
  const double scale = s + beta * xsx;
  const double y = static_cast<double>(x.label[0]), error = y - score;
  const std::size_t d = mean_.size();
  bool good = scale > 0 && is_finite(scale) && is_finite(beta * y);
  for (std::size_t i = 0; i < d && good; i++)
    good = is_finite(mean_[i] + beta * sx_[i] / scale * error) && is_finite(sx_[i] * sx_[i]) &&
           is_finite(beta * x_[i] * x_[i]) && is_finite(covariance_[place(i, i)] / s);
  if (!good) {
    skipped_++;
    return {};
  }
  for (std::size_t i = 0; i < d; i++) {
    const double k = beta * sx_[i] / scale;
    mean_[i] += k * error;
    moment_[i] = s * moment_[i] + beta * x_[i] * y;
    double* covariance = covariance_.data() + i * (i + 1) / 2;
    double* precision = precision_.data() + i * (i + 1) / 2;
    const double bx = beta * x_[i];
    for (std::size_t j = 0; j <= i; j++) {
      covariance[j] = (covariance[j] - k * sx_[j]) / s;
      precision[j] = s * precision[j] + bx * x_[j];
    }
  }
  return {};
}

/// Covariance and mean from precision and moment, by Cholesky's factor; false, and both unchanged in size, where rounding
/// has eaten it.  O(d^3)
bool BayesianLinear::solve() noexcept {
  const std::size_t d = mean_.size();
  PoolArray<double> l(pool_);
  if (!l.assign(precision_.span())) return false;
  for (std::size_t i = 0; i < d; i++) {
    double* a = l.data() + i * (i + 1) / 2;
    for (std::size_t j = 0; j <= i; j++) {
      const double* b = l.data() + j * (j + 1) / 2;
      double sum = a[j];
      for (std::size_t k = 0; k < j; k++)
        sum -= a[k] * b[k];
      if (i == j && !(sum > 0)) return false;
      a[j] = i == j ? math_sqrt(sum) : sum / b[j];
    }
  }
  for (std::size_t c = 0; c < d; c++) {  // column c of the inverse: forwards, then backwards
    double* column = sx_.data();
    for (std::size_t i = 0; i < d; i++) {
      double sum = i == c ? 1 : 0;
      for (std::size_t k = c; k < i; k++)
        sum -= l[place(i, k)] * column[k];
      column[i] = i < c ? 0 : sum / l[place(i, i)];
    }
    for (std::size_t i = d; i-- > c;) {
      double sum = column[i];
      for (std::size_t k = i + 1; k < d; k++)
        sum -= l[place(k, i)] * column[k];
      column[i] = sum / l[place(i, i)];
      covariance_[place(i, c)] = column[i];
    }
  }
  for (std::size_t i = 0; i < d; i++) {
    double sum = 0;
    for (std::size_t j = 0; j < d; j++)
      sum += covariance_[place(i, j)] * moment_[j];
    mean_[i] = sum;
  }
  return true;
}

Status BayesianLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = dictionary_.find(index);
    parts[k++] = row == kNone ? 0 : clamp_to_float(mean_[row] * static_cast<double>(value));
  });
  parts[k] = 0;
  return {};
}

void BayesianLinear::draw(Sink& sink) const noexcept {
  for (uint32_t row = 0; row < dictionary_.size(); row++)
    sink.weight(dictionary_.keys()[row], kNone, mean_[row]);
}

bool BayesianLinear::assign(const BayesianLinear& from) noexcept {
  skipped_ = from.skipped_;
  return dictionary_.assign(from.dictionary_.keys()) && mean_.assign(from.mean_.span()) &&
         moment_.assign(from.moment_.span()) && covariance_.assign(from.covariance_.span()) &&
         precision_.assign(from.precision_.span()) && x_.resize(from.x_.size()) &&
         sx_.resize(from.sx_.size());
}

Result<std::unique_ptr<Learner>> BayesianLinear::clone() const noexcept {
  std::unique_ptr<BayesianLinear> copy(new BayesianLinear(options_));
  if (!copy->assign(*this)) return {Code::exhausted, Says::kFull};
  return std::unique_ptr<Learner>(std::move(copy));
}

Status BayesianLinear::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  if (!static_cast<BayesianLinear&>(spare).assign(*this)) return {Code::exhausted, Says::kFull};
  return {};
}

Status BayesianLinear::merge(const Learner& other_learner) noexcept {
  if (!is_same_learner(*this, other_learner) ||
      !(static_cast<const BayesianLinear&>(other_learner).options_ == options_))
    return {Code::invalid_argument, Says::kOtherKind};
  if (options_.smoothing != 0)
    return {Code::unsupported,
            "bayesian_linear: with smoothing the order of examples matters; train one model"};
  const auto& other = static_cast<const BayesianLinear&>(other_learner);
  const std::span<const uint32_t> keys = other.dictionary_.keys();
  PoolArray<uint32_t> rows(pool_);
  bool room = rows.resize(keys.size());
  const uint32_t had = dictionary_.size();
  for (std::size_t k = 0; k < keys.size() && room; k++) {
    rows[k] = dictionary_.add(keys[k]);
    room = rows[k] != kNone;
  }
  if (!room || !fit(dictionary_.size())) {
    dictionary_.shrink(had);
    (void)fit(had);
    return {Code::exhausted, kTooMany};
  }
  for (std::size_t i = 0; i < keys.size(); i++) {
    moment_[rows[i]] += other.moment_[i];
    for (std::size_t j = 0; j <= i; j++)
      precision_[place(rows[i], rows[j])] +=
          other.precision_[place(i, j)] - (i == j ? options_.alpha : 0);
  }
  skipped_ += other.skipped_;
  if (!solve())
    return {Code::exhausted,
            "bayesian_linear: no room to join, or numbers too far apart; scale them"};
  return {};
}

// Triangles by rows.
Status BayesianLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  FRESHET_TRY(put_array<double>(writer, "mean", mean_.span()));
  FRESHET_TRY(put_array<double>(writer, "moment", moment_.span()));
  FRESHET_TRY(put_array<double>(writer, "covariance", covariance_.span()));
  FRESHET_TRY(put_array<double>(writer, "precision", precision_.span()));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status BayesianLinear::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  FRESHET_TRY_ASSIGN(const auto mean, get_array<double>(reader, "mean"));
  FRESHET_TRY_ASSIGN(const auto moment, get_array<double>(reader, "moment"));
  FRESHET_TRY_ASSIGN(const auto covariance, get_array<double>(reader, "covariance"));
  FRESHET_TRY_ASSIGN(const auto precision, get_array<double>(reader, "precision"));
  FRESHET_TRY(get_value<uint64_t>(reader, "skipped", skipped_));
  const std::size_t d = keys.size(), cells = d * (d + 1) / 2;
  if (d > kMostFeatures || mean.size() != d || moment.size() != d || covariance.size() != cells ||
      precision.size() != cells || !dictionary_.assign(keys))
    return {Code::corrupt, Says::kState};
  if (!fit(d) || !mean_.assign(mean) || !moment_.assign(moment) ||
      !covariance_.assign(covariance) || !precision_.assign(precision))
    return {Code::exhausted, kTooMany};
  return {};
}

}  // namespace freshet
