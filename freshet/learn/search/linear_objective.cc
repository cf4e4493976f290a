#include "freshet/learn/search/linear_objective.h"

#include <cstring>

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/learn/linear/linear_weights.h"

namespace freshet {
namespace {

constexpr double kWorst = 1e300;  // of a point whose cost isn't a number

Loss loss_of(SearchLoss loss) noexcept {
  switch (loss) {
    case SearchLoss::squared:
      return Loss::squared;
    case SearchLoss::absolute:
      return Loss::absolute;
    case SearchLoss::quantile:
      return Loss::quantile;
    case SearchLoss::epsilon:
      return Loss::epsilon;
    case SearchLoss::huber:
      return Loss::huber;
    case SearchLoss::poisson:
      return Loss::poisson;
    case SearchLoss::logistic:
      return Loss::logistic;
    case SearchLoss::hinge:
      return Loss::hinge;
  }
  return Loss::squared;
}

double inverse_or_zero(double x) noexcept {
  return x > 0 ? 1 / x : 0;
}

}  // namespace

LinearObjective::LinearObjective(const ObjectiveSettings& settings, Pool& pool) noexcept
    : settings_(settings),
      dictionary_(pool),
      mean_(pool),
      squares_(pool),
      cross_(pool),
      rows_(pool),
      targets_(pool),
      weights_(pool),
      slopes_(pool),
      x_(pool),
      d_(pool) {
  if (settings.penalty == SearchPenalty::l1) settings_.l1_ratio = 1;
  if (settings.penalty == SearchPenalty::l2) settings_.l1_ratio = 0;
  if (settings.penalty == SearchPenalty::none) settings_.alpha = 0;
}

/// Room for as many features as there are names, and so many rows.
bool LinearObjective::reserve(std::size_t rows) noexcept {
  const std::size_t d = features(), cells = d * (d + 1) / 2;
  return d <= kMostFeatures && mean_.reserve(d) && cross_.reserve(d) && squares_.reserve(cells) &&
         slopes_.reserve(d) && x_.reserve(d) && d_.reserve(d) && rows_.reserve(rows * d) &&
         targets_.reserve(rows) && weights_.reserve(rows);
}

bool LinearObjective::add_names(const Example& x) noexcept {
  const uint32_t had = dictionary_.size();
  const std::size_t full = settings_.window, held = targets_.size();
  if (dictionary_.add_all(x) && reserve(!uses_rows() || held == full ? held : held + 1))
    return true;
  dictionary_.shrink(had);
  return false;
}

void LinearObjective::fit() noexcept {
  const std::size_t had = mean_.size(), d = features(), rows = targets_.size();
  if (had == d) return;
  (void)mean_.resize(d);  // there is room
  (void)cross_.resize(d);
  (void)squares_.resize(d * (d + 1) / 2);
  (void)slopes_.resize(d);
  (void)x_.resize(d);
  (void)d_.resize(d);
  (void)rows_.resize(rows * d);
  for (std::size_t r = rows; r-- > 0;) {  // from the back: rows only move upwards
    std::memmove(rows_.data() + r * d, rows_.data() + r * had, had * sizeof(float));
    std::memset(rows_.data() + r * d + had, 0, (d - had) * sizeof(float));
  }
}

/// x by row; a feature given twice counts twice.
void LinearObjective::spread(const Example& x) noexcept {
  for (double& value : x_.span())
    value = 0;
  each_feature(x, [&](uint32_t index, float value) {
    x_[dictionary_.find(index)] += static_cast<double>(value);
  });
}

void LinearObjective::fade() noexcept {
  const double factor = math_pow(2, -1 / settings_.halflife);
  weight_ *= factor;
  squares_y_ *= factor;
  for (double& value : squares_.span())
    value *= factor;
  for (double& value : cross_.span())
    value *= factor;
}

void LinearObjective::add_moments(double y, double weight) noexcept {
  weight_ += weight;
  const double share = weight / weight_, rest = weight * (1 - share);
  const double dy = y - mean_y_;
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; i++)
    d_[i] = x_[i] - mean_[i];
  for (std::size_t i = 0; i < d; i++) {
    double* row = squares_.data() + i * (i + 1) / 2;
    const double scaled = rest * d_[i];
    for (std::size_t j = 0; j <= i; j++)
      row[j] += scaled * d_[j];
    cross_[i] += scaled * dy;
    mean_[i] += share * d_[i];
  }
  squares_y_ += rest * dy * dy;
  mean_y_ += share * dy;
}

void LinearObjective::add_row(double y, double weight) noexcept {
  const std::size_t d = mean_.size();
  if (targets_.size() < settings_.window) {
    (void)rows_.resize((targets_.size() + 1) * d);  // add_names() made room
    targets_.push(0);
    weights_.push(0);
  }
  float* row = rows_.data() + next_row_ * d;
  for (std::size_t i = 0; i < d; i++)
    row[i] = clamp_to_float(x_[i]);
  targets_[next_row_] = clamp_to_float(y);
  weights_[next_row_] = clamp_to_float(weight);
  next_row_ = next_row_ + 1 == settings_.window ? 0 : next_row_ + 1;
}

void LinearObjective::add(const Example& x, double y) noexcept {
  spread(x);
  if (settings_.halflife > 0) fade();
  add_moments(y, static_cast<double>(x.weight));
  if (uses_rows()) add_row(y, static_cast<double>(x.weight));
}

/// The unit of coordinates: the target's spread, or 1 where a score isn't a target.
double LinearObjective::scale_of_target() const noexcept {
  const bool is_target = !is_of_classes() && settings_.loss != SearchLoss::poisson;
  return is_target ? math_sqrt(squares_y_) : math_sqrt(weight_);
}

/// intercept_ and slopes_ of a point.
void LinearObjective::raw_model(std::span<const double> v) noexcept {
  const double scale = scale_of_target();
  const std::size_t first = uses_rows() ? 1 : 0, d = mean_.size();
  const bool is_target = !is_of_classes() && settings_.loss != SearchLoss::poisson;
  double intercept = is_target ? mean_y_ : 0;
  if (uses_rows() && weight_ > 0) intercept += v[0] * scale / math_sqrt(weight_);
  for (std::size_t i = 0; i < d; i++) {
    const double deviation = math_sqrt(squares_[i * (i + 1) / 2 + i]);
    slopes_[i] = v[first + i] * scale * inverse_or_zero(deviation);
    intercept -= slopes_[i] * mean_[i];
  }
  intercept_ = intercept;
}

double LinearObjective::penalty() const noexcept {
  if (settings_.alpha == 0) return 0;
  double squares = 0, sizes = 0;
  for (const double w : slopes_.span()) {
    squares += w * w;
    sizes += math_abs(w);
  }
  return settings_.alpha * ((1 - settings_.l1_ratio) * squares + settings_.l1_ratio * sizes);
}

// In slopes: SSE / SS_y = 1 - 2 w'c / SS_y + w'Cw / SS_y.
double LinearObjective::cost_of_moments(std::span<const double> v) noexcept {
  raw_model(v);
  const std::size_t d = mean_.size();
  if (!(squares_y_ > 0)) {  // a constant target: the flatter the better
    double sum = 1;
    for (const double x : v)
      sum += x * x;
    return sum;
  }
  double linear = 0, quadratic = 0;
  for (std::size_t i = 0; i < d; i++) {
    const double* row = squares_.data() + i * (i + 1) / 2;
    double sum = 0;
    for (std::size_t j = 0; j < i; j++)
      sum += row[j] * slopes_[j];
    quadratic += slopes_[i] * (2 * sum + row[i] * slopes_[i]);
    linear += slopes_[i] * cross_[i];
  }
  return 1 + (quadratic - 2 * linear + penalty()) / squares_y_;
}

double LinearObjective::cost_of_rows(std::span<const double> v) noexcept {
  raw_model(v);
  const std::size_t d = mean_.size();
  const Loss loss = loss_of(settings_.loss);
  double sum = 0, weights = 0;
  for (std::size_t r = 0; r < targets_.size(); r++) {
    const float* row = rows_.data() + r * d;
    LaneSum score;
    for (std::size_t i = 0; i < d; i++)
      score.add(i, slopes_[i] * static_cast<double>(row[i]));
    const double weight = static_cast<double>(weights_[r]);
    sum += weight * loss_value(loss, intercept_ + score.total(), static_cast<double>(targets_[r]),
                               settings_.shape);
    weights += weight;
  }
  return (sum + penalty()) * inverse_or_zero(weights);
}

double LinearObjective::value(std::span<const double> v) noexcept {
  evaluations_++;
  const double cost = uses_rows() ? cost_of_rows(v) : cost_of_moments(v);
  return cost < kWorst ? cost : kWorst;  // not a number is worst, too
}

void LinearObjective::model_at(std::span<const double> v, std::span<float> out) noexcept {
  raw_model(v);
  out[0] = clamp_to_float(intercept_);
  for (std::size_t i = 0; i < slopes_.size(); i++)
    out[i + 1] = clamp_to_float(slopes_[i]);
}

void LinearObjective::point_of(std::span<const float> model, std::span<double> out) noexcept {
  const double scale = scale_of_target(), per_scale = inverse_or_zero(scale);
  const std::size_t first = uses_rows() ? 1 : 0;
  const bool is_target = !is_of_classes() && settings_.loss != SearchLoss::poisson;
  double height = static_cast<double>(model[0]) - (is_target ? mean_y_ : 0);
  for (std::size_t i = 0; i < mean_.size(); i++) {
    const double w = static_cast<double>(model[i + 1]);
    out[first + i] = w * math_sqrt(squares_[i * (i + 1) / 2 + i]) * per_scale;
    height += w * mean_[i];
  }
  if (first == 1) out[0] = height * per_scale * math_sqrt(weight_);
}

double LinearObjective::raw(std::span<const float> model, const Example& x) const noexcept {
  if (model.empty()) return 0;
  LaneSum sum;
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = dictionary_.find(index);
    if (row != kNone) sum.add(k, static_cast<double>(model[row + 1]) * static_cast<double>(value));
    k++;
  });
  return static_cast<double>(model[0]) + sum.total();
}

// Chan, Golub, LeVeque: the products of both, and of the distance between their means.
bool LinearObjective::merge(const LinearObjective& other) noexcept {
  evaluations_ += other.evaluations_;
  for (const uint32_t key : other.dictionary_.keys())
    if (dictionary_.add(key) == kNone) return false;
  if (!reserve(targets_.size())) return false;
  fit();
  if (!(other.weight_ > 0)) return true;
  const double weight = weight_ + other.weight_, share = other.weight_ / weight;
  const double rest = weight_ * share, dy = other.mean_y_ - mean_y_;
  const std::size_t d = mean_.size();
  for (std::size_t i = 0; i < d; i++)
    d_[i] = -mean_[i];  // a feature that the other never met is 0 there
  for (uint32_t i = 0; i < other.features(); i++)
    d_[row_of(other, i)] += other.mean_[i];
  for (std::size_t i = 0; i < d; i++) {
    double* row = squares_.data() + i * (i + 1) / 2;
    for (std::size_t j = 0; j <= i; j++)
      row[j] += rest * d_[i] * d_[j];
    cross_[i] += rest * d_[i] * dy;
    mean_[i] += share * d_[i];
  }
  for (uint32_t i = 0; i < other.features(); i++) {
    const std::size_t a = row_of(other, i);
    cross_[a] += other.cross_[i];
    for (uint32_t j = 0; j <= i; j++) {
      const std::size_t b = row_of(other, j);
      const std::size_t low = a < b ? a : b, high = a < b ? b : a;
      squares_[high * (high + 1) / 2 + low] += other.squares_[i * (i + 1) / 2 + j];
    }
  }
  squares_y_ += other.squares_y_ + rest * dy * dy;
  mean_y_ += share * dy;
  weight_ = weight;
  return true;
}

bool LinearObjective::assign(const LinearObjective& from) noexcept {
  weight_ = from.weight_;
  mean_y_ = from.mean_y_;
  squares_y_ = from.squares_y_;
  next_row_ = from.next_row_;
  evaluations_ = from.evaluations_;
  (void)rows_.resize(0);
  (void)targets_.resize(0);
  (void)weights_.resize(0);
  if (!dictionary_.assign(from.dictionary_.keys()) || !reserve(from.targets_.size())) return false;
  fit();
  return mean_.resize(from.mean_.size()) && slopes_.resize(from.mean_.size()) &&
         x_.resize(from.mean_.size()) && d_.resize(from.mean_.size()) &&
         mean_.assign(from.mean_.span()) && squares_.assign(from.squares_.span()) &&
         cross_.assign(from.cross_.span()) && rows_.assign(from.rows_.span()) &&
         targets_.assign(from.targets_.span()) && weights_.assign(from.weights_.span());
}

// "moments": weight, mean and centred squares of y. Triangles by rows; the ring as it stands, with the next place in "ring".
Status LinearObjective::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  const double moments[] = {weight_, mean_y_, squares_y_};
  FRESHET_TRY(put_array<double>(writer, "moments", moments));
  FRESHET_TRY(put_array<double>(writer, "mean", mean_.span()));
  FRESHET_TRY(put_array<double>(writer, "squares", squares_.span()));
  FRESHET_TRY(put_array<double>(writer, "cross", cross_.span()));
  const uint64_t counts[] = {next_row_, evaluations_};
  FRESHET_TRY(put_array<uint64_t>(writer, "ring", counts));
  if (!uses_rows()) return {};
  FRESHET_TRY(put_array<float>(writer, "rows", rows_.span()));
  FRESHET_TRY(put_array<float>(writer, "targets", targets_.span()));
  return put_array<float>(writer, "weights", weights_.span());
}

Status LinearObjective::load(Reader& reader, const char* wrong) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  double moments[3];
  FRESHET_TRY(get_into<double>(reader, "moments", moments));
  FRESHET_TRY_ASSIGN(const auto mean, get_array<double>(reader, "mean"));
  FRESHET_TRY_ASSIGN(const auto squares, get_array<double>(reader, "squares"));
  FRESHET_TRY_ASSIGN(const auto cross, get_array<double>(reader, "cross"));
  uint64_t counts[2];
  FRESHET_TRY(get_into<uint64_t>(reader, "ring", counts));
  const std::size_t d = keys.size();
  if (d > kMostFeatures || mean.size() != d || cross.size() != d ||
      squares.size() != d * (d + 1) / 2 || counts[0] >= settings_.window ||
      !dictionary_.assign(keys))
    return {Code::corrupt, wrong};
  if (!reserve(0)) return {Code::exhausted, wrong};
  fit();
  bool room = mean_.assign(mean) && squares_.assign(squares) && cross_.assign(cross);
  if (uses_rows()) {
    FRESHET_TRY_ASSIGN(const auto rows, get_array<float>(reader, "rows"));
    FRESHET_TRY_ASSIGN(const auto targets, get_array<float>(reader, "targets"));
    FRESHET_TRY_ASSIGN(const auto weights, get_array<float>(reader, "weights"));
    if (targets.size() > settings_.window || weights.size() != targets.size() ||
        rows.size() != targets.size() * d || counts[0] > targets.size())
      return {Code::corrupt, wrong};
    room = room && rows_.assign(rows) && targets_.assign(targets) && weights_.assign(weights);
  }
  if (!room) return {Code::exhausted, wrong};
  weight_ = moments[0];
  mean_y_ = moments[1];
  squares_y_ = moments[2];
  next_row_ = static_cast<uint32_t>(counts[0]);
  evaluations_ = counts[1];
  return {};
}

}  // namespace freshet
