#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> pinball_metric_entry;

namespace {

struct PinballOptions {
  double q = .5;
};
constexpr std::array kPinballOptions{
    option<&PinballOptions::q>("q", "The quantile predicted.", 0, 1)};

struct Pinball {
  using Options = PinballOptions;
  static constexpr Label kLabel = Label::number;
  static const Info& info() noexcept { return pinball_metric_entry.info; }
  Options options;

  double of(std::span<const float> truth, std::span<const float> predicted) const noexcept {
    const double e = static_cast<double>(truth[0]) - static_cast<double>(predicted[0]);
    return e > 0 ? options.q * e : (options.q - 1) * e;
  }
  double finish(double mean) const noexcept { return mean; }
};

}  // namespace

constinit const Entry<Metric> pinball_metric_entry{
    .info = {.name = "pinball",
             .summary = "Loss of a predicted quantile: q e above it, (q - 1) e below.",
             .paper = "Koenker, Bassett, Econometrica 1978",
             .cost = "O(1)",
             .memory = "16 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kWeightIsCount,
             .options = kPinballOptions,
             .options_size = sizeof(PinballOptions),
             .defaults = default_options<PinballOptions>},
    .make = MeanMetric<Pinball>::make};

}  // namespace freshet
