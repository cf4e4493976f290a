#include "freshet/metric/averaged.h"

namespace freshet {

extern const Entry<Metric> precision_metric_entry;
extern const Entry<Metric> macro_precision_metric_entry;
extern const Entry<Metric> micro_precision_metric_entry;
extern const Entry<Metric> weighted_precision_metric_entry;

constinit const Entry<Metric> precision_metric_entry{
    .info =
        metric_info("precision", "Share of right ones among the guesses: of the positive class.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<
        AveragedScore<precision_metric_entry, Average::positive, precision_of, NoOptions>>::make};

constinit const Entry<Metric> macro_precision_metric_entry{
    .info =
        metric_info("macro_precision", "Share of right ones among the guesses: mean over classes.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<AveragedScore<macro_precision_metric_entry, Average::macro, precision_of,
                                       NoOptions>>::make};

constinit const Entry<Metric> micro_precision_metric_entry{
    .info = metric_info("micro_precision",
                        "Share of right ones among the guesses: of all classes together.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<AveragedScore<micro_precision_metric_entry, Average::micro, precision_of,
                                       NoOptions>>::make};

constinit const Entry<Metric> weighted_precision_metric_entry{
    .info =
        metric_info("weighted_precision",
                    "Share of right ones among the guesses: mean over classes by their frequency.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<AveragedScore<weighted_precision_metric_entry, Average::weighted,
                                       precision_of, NoOptions>>::make};

}  // namespace freshet
