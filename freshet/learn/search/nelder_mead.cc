#include "freshet/learn/search/nelder_mead.h"

#include <cstring>

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "nelder_mead";
using Says = Complaints<kName>;
constexpr const char* kTooMany =
    "nelder_mead: more than 256 features, or no room for them; raise memory, or take `linear`";
constexpr double kEqual = 1e-10;   // values that agree so far are one
constexpr double kNarrower = .25;  // the spread of a simplex that begins anew

}  // namespace

extern const Entry<Learner> nelder_mead_entry;
constinit const Entry<Learner> nelder_mead_entry{
    .info = {.name = kName,
             .summary = "A linear model found by a simplex, without gradients.",
             .paper = "Nelder, Mead, Computer Journal 1965; Gao, Han, COAP 2012",
             .cost = "O(d^3), d features; losses but squared: O(window d^2) at times",
             .memory = "12 d^2 bytes; losses but squared: and 4 window d",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kMergeable | kBinary,
             .options = kNelderMeadOptions,
             .options_size = sizeof(NelderMeadOptions),
             .defaults = default_options<NelderMeadOptions>},
    .make = make_entry<NelderMead>};

NelderMead::NelderMead(const NelderMeadOptions& options) noexcept
    : Preset(options, search_settings(options), Says::kAll, kTooMany),
      points_(pool()),
      values_(pool()),
      centre_(pool()),
      tried_(pool()),
      further_(pool()) {}

const Info& NelderMead::info() const noexcept {
  return nelder_mead_entry.info;
}

bool NelderMead::reserve(std::size_t dimensions) noexcept {
  return points_.reserve((dimensions + 1) * dimensions) && values_.reserve(dimensions + 1) &&
         centre_.reserve(dimensions) && tried_.reserve(dimensions) && further_.reserve(dimensions);
}

/// Every point gets zeros, and for every dimension there is a point more: the best one, a spread along it.
void NelderMead::widen(std::size_t dimensions) noexcept {
  const std::size_t had = dimensions_, held = vertices();
  const std::size_t from = held == 0 ? 0 : order().best;
  (void)points_.resize((dimensions + 1) * dimensions);  // reserved
  (void)values_.resize(dimensions + 1);
  (void)centre_.resize(dimensions);
  (void)tried_.resize(dimensions);
  (void)further_.resize(dimensions);
  for (std::size_t k = held; k-- > 0;) {  // from the back: points only move upwards
    std::memmove(points_.data() + k * dimensions, points_.data() + k * had, had * sizeof(double));
    std::memset(points_.data() + k * dimensions + had, 0, (dimensions - had) * sizeof(double));
  }
  dimensions_ = dimensions;
  const std::size_t first = held == 0 ? 1 : held;  // of the new ones; without any, 0 is the origin
  for (std::size_t k = first; k < vertices(); k++) {
    std::memcpy(vertex(k).data(), vertex(from).data(), dimensions * sizeof(double));
    vertex(k)[k - 1] += settings().spread;
    values_[k] = values_[from];
  }
}

NelderMead::Order NelderMead::order() const noexcept {
  Order found{0, 0, 0};
  for (std::size_t k = 1; k < values_.size(); k++) {
    if (values_[k] < values_[found.best]) found.best = k;
    if (values_[k] > values_[found.worst]) found.worst = k;
  }
  found.second = found.best;
  for (std::size_t k = 0; k < values_.size(); k++)
    if (k != found.worst && values_[k] > values_[found.second]) found.second = k;
  return found;
}

std::span<const double> NelderMead::best() const noexcept {
  if (values_.size() == 0) return {};
  return points_.span().subspan(order().best * dimensions_, dimensions_);
}

void NelderMead::look_again() noexcept {
  for (std::size_t k = 0; k < vertices(); k++)
    values_[k] = objective().value(vertex(k));
}

void NelderMead::search() noexcept {
  look_again();
  if (dimensions_ == 0) return;
  for (uint32_t k = 0; k < settings().steps; k++)
    step();
}

/// to = centre + along (worst - centre); its cost.
double NelderMead::try_point(std::size_t worst, double along, PoolArray<double>& to) noexcept {
  const std::span<const double> from = vertex(worst);
  for (std::size_t i = 0; i < dimensions_; i++)
    to[i] = centre_[i] + along * (from[i] - centre_[i]);
  return objective().value(to.span());
}

void NelderMead::take(std::size_t k, const PoolArray<double>& point, double value) noexcept {
  std::memcpy(vertex(k).data(), point.data(), dimensions_ * sizeof(double));
  values_[k] = value;
}

void NelderMead::step() noexcept {
  const Order now = order();
  const double low = values_[now.best], high = values_[now.worst];
  if (high - low <= kEqual * math_abs(low)) return restart(now.best);
  // In one dimension the coefficients of Gao and Han degenerate: shrinking by 0 would end the search.
  const double d = dimensions_ < 2 ? 2 : static_cast<double>(dimensions_);
  for (std::size_t i = 0; i < dimensions_; i++) {
    double sum = 0;
    for (std::size_t k = 0; k < vertices(); k++)
      if (k != now.worst) sum += points_[k * dimensions_ + i];
    centre_[i] = sum / static_cast<double>(dimensions_);
  }
  const double reflected = try_point(now.worst, -1, tried_);
  if (reflected < low) {
    const double expanded = try_point(now.worst, -(1 + 2 / d), further_);
    return expanded < reflected ? take(now.worst, further_, expanded)
                                : take(now.worst, tried_, reflected);
  }
  if (reflected < values_[now.second]) return take(now.worst, tried_, reflected);
  const double share = .75 - 1 / (2 * d);
  const bool outside = reflected < high;
  const double contracted = try_point(now.worst, outside ? -share : share, further_);
  if (contracted < (outside ? reflected : high)) return take(now.worst, further_, contracted);
  shrink(now.best);
}

void NelderMead::shrink(std::size_t best) noexcept {
  const double d = dimensions_ < 2 ? 2 : static_cast<double>(dimensions_);
  for (std::size_t k = 0; k < vertices(); k++) {
    if (k == best) continue;
    for (std::size_t i = 0; i < dimensions_; i++)
      vertex(k)[i] = vertex(best)[i] + (1 - 1 / d) * (vertex(k)[i] - vertex(best)[i]);
    values_[k] = objective().value(vertex(k));
  }
}

void NelderMead::restart(std::size_t best) noexcept {
  if (best != 0) {
    std::memcpy(vertex(0).data(), vertex(best).data(), dimensions_ * sizeof(double));
    values_[0] = values_[best];
  }
  for (std::size_t k = 1; k < vertices(); k++) {
    std::memcpy(vertex(k).data(), vertex(0).data(), dimensions_ * sizeof(double));
    vertex(k)[k - 1] += kNarrower * settings().spread;
    values_[k] = objective().value(vertex(k));
  }
}

/// In the place of the worst, unless that is the only one.
void NelderMead::suggest(std::span<const double> point) noexcept {
  const Order now = order();
  std::memcpy(vertex(now.worst).data(), point.data(), point.size_bytes());
  values_[now.worst] = objective().value(point);
}

Status NelderMead::save_points(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<double>(writer, "points", points_.span()));
  return put_array<double>(writer, "values", values_.span());
}

Status NelderMead::load_points(Reader& reader, const char* wrong) noexcept {
  FRESHET_TRY_ASSIGN(const auto points, get_array<double>(reader, "points"));
  FRESHET_TRY_ASSIGN(const auto values, get_array<double>(reader, "values"));
  const std::size_t d = objective().dimensions();
  if (points.empty() && values.empty() && d <= 1) return {};
  if (values.size() != d + 1 || points.size() != (d + 1) * d) return {Code::corrupt, wrong};
  if (!reserve(d)) return {Code::exhausted, wrong};
  widen(d);
  (void)points_.assign(points);
  (void)values_.assign(values);
  return {};
}

bool NelderMead::assign_points(const SearchLinear& from_search) noexcept {
  const auto& from = static_cast<const NelderMead&>(from_search);
  dimensions_ = from.dimensions_;
  return points_.assign(from.points_.span()) && values_.assign(from.values_.span()) &&
         centre_.resize(dimensions_) && tried_.resize(dimensions_) && further_.resize(dimensions_);
}

}  // namespace freshet
