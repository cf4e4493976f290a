#include "freshet/metric/averaged.h"

namespace freshet {

extern const Entry<Metric> fbeta_metric_entry;
extern const Entry<Metric> macro_fbeta_metric_entry;
extern const Entry<Metric> micro_fbeta_metric_entry;
extern const Entry<Metric> weighted_fbeta_metric_entry;

namespace {

constexpr std::array kBetaOptions{
    option<&BetaOptions::beta>("beta", "How much recall counts against precision.", 1e-3, 1e3)};

constexpr Info beta_info(std::string_view name, std::string_view summary) noexcept {
  Info info =
      metric_info(name, summary, "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class");
  info.options = kBetaOptions;
  info.options_size = sizeof(BetaOptions);
  info.defaults = default_options<BetaOptions>;
  return info;
}

}  // namespace

constinit const Entry<Metric> fbeta_metric_entry{
    .info = beta_info(
        "fbeta", "Precision and recall as one, recall counting beta times: of the positive class."),
    .make = CountsMetric<
        AveragedScore<fbeta_metric_entry, Average::positive, f_of, BetaOptions>>::make};

constinit const Entry<Metric> macro_fbeta_metric_entry{
    .info =
        beta_info("macro_fbeta",
                  "Precision and recall as one, recall counting beta times: mean over classes."),
    .make = CountsMetric<
        AveragedScore<macro_fbeta_metric_entry, Average::macro, f_of, BetaOptions>>::make};

constinit const Entry<Metric> micro_fbeta_metric_entry{
    .info = beta_info(
        "micro_fbeta",
        "Precision and recall as one, recall counting beta times: of all classes together."),
    .make = CountsMetric<
        AveragedScore<micro_fbeta_metric_entry, Average::micro, f_of, BetaOptions>>::make};

constinit const Entry<Metric> weighted_fbeta_metric_entry{
    .info = beta_info("weighted_fbeta",
                      "Precision and recall as one, recall counting beta times: mean over classes "
                      "by their frequency."),
    .make = CountsMetric<
        AveragedScore<weighted_fbeta_metric_entry, Average::weighted, f_of, BetaOptions>>::make};

}  // namespace freshet
