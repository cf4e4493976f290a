#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/search/search_linear.h"

namespace freshet {

struct NelderMeadOptions {
  SearchLoss loss = SearchLoss::squared;
  double tau = .5;
  double eps = .1;
  double c = 1;
  double margin = 1;
  SearchPenalty penalty = SearchPenalty::none;
  double alpha = 1e-4;
  double l1_ratio = .15;
  uint32_t steps = 4;
  double spread = .25;
  double halflife = 0;
  uint32_t history = 8;
  uint32_t window = 256;
  uint32_t every = 16;
  uint64_t memory = 0;
};
inline constexpr std::array kNelderMeadOptions{
    option<&NelderMeadOptions::loss>(
        "loss", "What an error costs; logistic and hinge learn two classes.", kSearchLosses),
    option<&NelderMeadOptions::tau>("tau", "Quantile that loss=quantile aims at.", 0, 1),
    option<&NelderMeadOptions::eps>("eps", "Half width of the tube of loss=epsilon.", 0, 1e6),
    option<&NelderMeadOptions::c>("c", "Where loss=huber turns linear.", 1e-9, 1e6),
    option<&NelderMeadOptions::margin>("margin", "Score below which loss=hinge costs.", 0, 1e6),
    option<&NelderMeadOptions::penalty>("penalty", "What large slopes cost.", kSearchPenalties),
    option<&NelderMeadOptions::alpha>("alpha", "How much the penalty counts.", 0, 1e6),
    option<&NelderMeadOptions::l1_ratio>("l1_ratio", "Share of l1 in penalty=elasticnet.", 0, 1),
    option<&NelderMeadOptions::steps>("steps", "Steps of the simplex per example or round.", 1, 64),
    option<&NelderMeadOptions::spread>(
        "spread", "Size of the first simplex, in standardised coordinates.", 1e-9, 1e3),
    option<&NelderMeadOptions::halflife>(
        "halflife", "Examples after which one counts half; 0: all count alike.", 0, 1e6),
    option<&NelderMeadOptions::history>("history", "Latest best models kept in the file.", 0, 1000),
    option<&NelderMeadOptions::window>("window", "Latest rows that losses but squared look at.", 1,
                                       1e6),
    option<&NelderMeadOptions::every>("every", "Examples for a round, where rows are looked at.", 1,
                                      1e6),
    option<&NelderMeadOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                       1e15, "bytes")};

/// A linear model found by a simplex that walks downhill: for costs without slopes, and where a file should hold all there
/// is to go on from.
///
/// d + 1 points; per example they are looked at again, then `steps` times: the worst is reflected through the others' centre
/// (1), expanded (1 + 2/d), contracted (.75 - 1/(2d)), or all shrink (1 - 1/d) towards the best. When all values agree to
/// 1e-10 it begins anew around the best, with a quarter of the spread.
/// Squared loss: O((d + steps) d^2) an example over all data seen, 4 d^2 + 8 d^2 bytes; other losses: O((d + steps) window d)
/// every `every` examples, and 4 window d bytes. d <= 256 features.
/// Source: Nelder, Mead, "A simplex method for function minimization", Computer Journal 1965; coefficients: Gao, Han,
/// Computational Optimization and Applications 2012.
class NelderMead final : public Preset<NelderMead, NelderMeadOptions, SearchLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kNelderMeadOptions;

  explicit NelderMead(const NelderMeadOptions& options = {}) noexcept;

  const Info& info() const noexcept override;

 private:
  bool reserve(std::size_t dimensions) noexcept override;
  void widen(std::size_t dimensions) noexcept override;
  void search() noexcept override;
  std::span<const double> best() const noexcept override;
  void suggest(std::span<const double> point) noexcept override;
  Status save_points(Writer& writer) const noexcept override;
  Status load_points(Reader& reader, const char* wrong) noexcept override;
  bool assign_points(const SearchLinear& from) noexcept override;

  /// Places of the lowest and the two highest values; the first of equals.
  struct Order {
    std::size_t best, worst, second;
  };
  std::span<double> vertex(std::size_t k) noexcept {
    return points_.span().subspan(k * dimensions_, dimensions_);
  }
  std::size_t vertices() const noexcept { return values_.size(); }
  Order order() const noexcept;
  void look_again() noexcept;
  void step() noexcept;
  void restart(std::size_t best) noexcept;
  void shrink(std::size_t best) noexcept;
  double try_point(std::size_t worst, double along, PoolArray<double>& to) noexcept;
  void take(std::size_t k, const PoolArray<double>& point, double value) noexcept;

  std::size_t dimensions_ = 0;
  PoolArray<double> points_;  // shape [dimensions + 1, dimensions]; empty before any example
  PoolArray<double> values_;  // their costs when they were last looked at
  PoolArray<double> centre_, tried_, further_;  // scratch
};

}  // namespace freshet
