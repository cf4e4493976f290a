#include "freshet/core/registry.h"
#include "freshet/metric/ranked_scores.h"

namespace freshet {

extern const Entry<Metric> pr_auc_metric_entry;

namespace {

struct PrAucOptions {
  uint32_t window = 10000;
};
constexpr std::array kPrAucOptions{option<&PrAucOptions::window>(
    "window", "Exact over the last so many examples.", 2, 1e6, "examples")};

class PrAuc final : public RankedMetric {
 public:
  explicit PrAuc(const PrAucOptions& options) noexcept
      : RankedMetric(options.window), options_(options) {}
  const Info& info() const noexcept override { return pr_auc_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  double value() const noexcept override { return scores().average_precision(); }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new PrAuc(*this));
  }

 private:
  PrAucOptions options_;
};

Result<std::unique_ptr<Metric>> make_pr_auc(const void* options, const Registry&) noexcept {
  return std::unique_ptr<Metric>(new PrAuc(*static_cast<const PrAucOptions*>(options)));
}

}  // namespace

constinit const Entry<Metric> pr_auc_metric_entry{
    .info = {.name = "pr_auc",
             .summary =
                 "Average precision: area under precision over recall of the positive class.",
             .paper = "Davis, Goadrich, ICML 2006",
             .cost = "O(1); a look O(window ln window)",
             .memory = "24 bytes an example of the window",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = kPrAucOptions,
             .options_size = sizeof(PrAucOptions),
             .defaults = default_options<PrAucOptions>},
    .make = make_pr_auc};

}  // namespace freshet
