#include "freshet/learn/search/random_search.h"

#include <cstring>

#include "freshet/base/rng.h"
#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "random_search";
using Says = Complaints<kName>;
constexpr const char* kTooMany =
    "random_search: more than 256 features, or no room for them; raise memory, or take `linear`";
constexpr double kWider = 1.3, kNarrower = .93, kLeast = 1e-4, kMost = 1e6;  // of sigma

}  // namespace

extern const Entry<Learner> random_search_entry;
constinit const Entry<Learner> random_search_entry{
    .info = {.name = kName,
             .summary = "A linear model found by trying models near the best one so far.",
             .paper = "Schumer, Steiglitz, IEEE TAC 1968",
             .cost = "O(d^2), d features; losses but squared: O(window d) at times",
             .memory = "4 d^2 bytes; losses but squared: and 4 window d",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kMergeable | kBinary,
             .options = kRandomSearchOptions,
             .options_size = sizeof(RandomSearchOptions),
             .defaults = default_options<RandomSearchOptions>},
    .make = make_entry<RandomSearch>};

RandomSearch::RandomSearch(const RandomSearchOptions& options) noexcept
    : Preset(options, search_settings(options), Says::kAll, kTooMany),
      best_(pool()),
      tried_(pool()),
      sigma_(options.spread) {}

const Info& RandomSearch::info() const noexcept {
  return random_search_entry.info;
}

bool RandomSearch::reserve(std::size_t dimensions) noexcept {
  return best_.reserve(dimensions) && tried_.reserve(dimensions);
}

void RandomSearch::widen(std::size_t dimensions) noexcept {
  (void)best_.resize(dimensions);  // reserved
  (void)tried_.resize(dimensions);
  has_best_ = true;
}

void RandomSearch::search() noexcept {
  double cost = objective().value(best_.span());
  Draws draws(options_.seed, 0, examples());
  for (uint32_t k = 0; k < settings().steps; k++) {
    for (std::size_t i = 0; i < best_.size(); i++)
      tried_[i] = best_[i] + sigma_ * (2 * draws.uniform() - 1);
    const double tried = objective().value(tried_.span());
    const bool kept = tried <= cost;
    if (kept) {
      (void)best_.assign(tried_.span());  // of the same size
      cost = tried;
    }
    sigma_ *= kept ? kWider : kNarrower;
    sigma_ = sigma_ < kLeast ? kLeast : sigma_ > kMost ? kMost : sigma_;
  }
}

void RandomSearch::suggest(std::span<const double> point) noexcept {
  if (objective().value(point) <= objective().value(best_.span())) (void)best_.assign(point);
}

Status RandomSearch::save_points(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<double>(writer, "best", best()));
  return put_value<double>(writer, "sigma", sigma_);
}

Status RandomSearch::load_points(Reader& reader, const char* wrong) noexcept {
  FRESHET_TRY_ASSIGN(const auto best, get_array<double>(reader, "best"));
  FRESHET_TRY(get_value<double>(reader, "sigma", sigma_));
  const std::size_t d = objective().dimensions();
  if (!(sigma_ > 0) || (best.size() != d && !best.empty())) return {Code::corrupt, wrong};
  if (best.empty()) return {};
  if (!reserve(d)) return {Code::exhausted, wrong};
  widen(d);
  (void)best_.assign(best);
  return {};
}

bool RandomSearch::assign_points(const SearchLinear& from_search) noexcept {
  const auto& from = static_cast<const RandomSearch&>(from_search);
  sigma_ = from.sigma_;
  has_best_ = from.has_best_;
  return best_.assign(from.best_.span()) && tried_.resize(from.tried_.size());
}

}  // namespace freshet
