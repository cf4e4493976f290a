#include <string>

#include "freshet/metric/decision_truth.h"
#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> dr_metric_entry;

namespace {

struct DrOptions {
  SpecText model = {"vw(interactions=::)"};
};
constexpr std::array kDrOptions{
    option<&DrOptions::model>("model",
                              "What estimates the cost of each action: a learner of "
                              "numbers, taught every cost after it was scored.")};

/// sum of pi(a) s(a), plus what the action chosen cost more than its estimate, weighted as ips does: estimates keep it
/// steady, the correction keeps it right even where they are wrong.
struct Dr {
  using Options = DrOptions;
  static constexpr Label kLabel = Label::decision;
  static const Info& info() noexcept { return dr_metric_entry.info; }
  // NOLINTNEXTLINE(google-explicit-constructor): as the rules without text, made from {options}
  Dr(const DrOptions& from) noexcept : text(from.model.text), options{{text}} {}
  Dr(const Dr& from) noexcept : text(from.text), options{{text}} {}
  Dr& operator=(const Dr&) = delete;

  std::string text;  // options looks at it
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const DecisionTruth d(truth, predicted);
    double expected = 0;
    for (std::size_t a = 0; a < predicted.size(); a++)
      expected += static_cast<double>(predicted[a]) * d.estimate(a);
    return expected + d.ratio() * (d.cost - d.estimate(d.chosen));
  }
  double finish(double mean) const noexcept { return mean; }
  std::string_view estimator() const noexcept { return text; }
};

}  // namespace

constinit const Entry<Metric> dr_metric_entry{
    .info = {.name = "dr",
             .summary = "Cost of a policy, doubly robust: a model's estimates, corrected by ips of "
                        "what they miss.",
             .paper = "Dudik, Langford, Li, ICML 2011",
             .cost = "that of its model for each action, once for all that are compared",
             .memory = "that of its model",
             .format = 1,
             .oldest_format = 1,
             .traits = kWeightIsCount,
             .options = kDrOptions,
             .options_size = sizeof(DrOptions),
             .defaults = default_options<DrOptions>},
    .make = MeanMetric<Dr>::make};

}  // namespace freshet
