#pragma once
#include <array>

#include "freshet/core/preset.h"
#include "freshet/learn/search/search_linear.h"

namespace freshet {

struct RandomSearchOptions {
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
  uint32_t seed = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kRandomSearchOptions{
    option<&RandomSearchOptions::loss>(
        "loss", "What an error costs; logistic and hinge learn two classes.", kSearchLosses),
    option<&RandomSearchOptions::tau>("tau", "Quantile that loss=quantile aims at.", 0, 1),
    option<&RandomSearchOptions::eps>("eps", "Half width of the tube of loss=epsilon.", 0, 1e6),
    option<&RandomSearchOptions::c>("c", "Where loss=huber turns linear.", 1e-9, 1e6),
    option<&RandomSearchOptions::margin>("margin", "Score below which loss=hinge costs.", 0, 1e6),
    option<&RandomSearchOptions::penalty>("penalty", "What large slopes cost.", kSearchPenalties),
    option<&RandomSearchOptions::alpha>("alpha", "How much the penalty counts.", 0, 1e6),
    option<&RandomSearchOptions::l1_ratio>("l1_ratio", "Share of l1 in penalty=elasticnet.", 0, 1),
    option<&RandomSearchOptions::steps>("steps", "Candidates per example or round.", 1, 64),
    option<&RandomSearchOptions::spread>(
        "spread", "Width of the first cloud of candidates, in standardised coordinates.", 1e-9,
        1e3),
    option<&RandomSearchOptions::halflife>(
        "halflife", "Examples after which one counts half; 0: all count alike.", 0, 1e6),
    option<&RandomSearchOptions::history>("history", "Latest best models kept in the file.", 0,
                                          1000),
    option<&RandomSearchOptions::window>("window", "Latest rows that losses but squared look at.",
                                         1, 1e6),
    option<&RandomSearchOptions::every>("every", "Examples for a round, where rows are looked at.",
                                        1, 1e6),
    option<&RandomSearchOptions::seed>("seed", "Of the candidates.", 0, 4294967295.0),
    option<&RandomSearchOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0,
                                         1e15, "bytes")};

/// A linear model found by trying models near the best one so far.
///
/// Per example the best is looked at again, then `steps` times: candidate v + sigma U(-1,1)^d, kept if not worse; sigma *= 1.3
/// if kept, else .93, at least 1e-4. Squared loss: O(steps d^2) an example over all data seen, 4 d^2 bytes; other losses:
/// O(steps window d) every `every` examples, and 4 window d bytes. d <= 256 features.
/// Source: Rastrigin, Automation and Remote Control 1963; the step rule: Schumer, Steiglitz, IEEE TAC 1968.
class RandomSearch final : public Preset<RandomSearch, RandomSearchOptions, SearchLinear> {
 public:
  static constexpr std::span<const OptionSpec> kOptions = kRandomSearchOptions;

  explicit RandomSearch(const RandomSearchOptions& options = {}) noexcept;

  const Info& info() const noexcept override;

 private:
  bool reserve(std::size_t dimensions) noexcept override;
  void widen(std::size_t dimensions) noexcept override;
  void search() noexcept override;
  std::span<const double> best() const noexcept override {
    return has_best_ ? std::span<const double>(best_.span()) : std::span<const double>();
  }
  void suggest(std::span<const double> point) noexcept override;
  Status save_points(Writer& writer) const noexcept override;
  Status load_points(Reader& reader, const char* wrong) noexcept override;
  bool assign_points(const SearchLinear& from) noexcept override;

  PoolArray<double> best_, tried_;
  double sigma_;
  bool has_best_ = false;
};

}  // namespace freshet
