#include "freshet/metric/averaged.h"

namespace freshet {

extern const Entry<Metric> recall_metric_entry;
extern const Entry<Metric> macro_recall_metric_entry;
extern const Entry<Metric> micro_recall_metric_entry;
extern const Entry<Metric> weighted_recall_metric_entry;

constinit const Entry<Metric> recall_metric_entry{
    .info = metric_info("recall", "Share of found ones among the true: of the positive class.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<
        AveragedScore<recall_metric_entry, Average::positive, recall_of, NoOptions>>::make};

constinit const Entry<Metric> macro_recall_metric_entry{
    .info = metric_info("macro_recall", "Share of found ones among the true: mean over classes.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<
        AveragedScore<macro_recall_metric_entry, Average::macro, recall_of, NoOptions>>::make};

constinit const Entry<Metric> micro_recall_metric_entry{
    .info =
        metric_info("micro_recall", "Share of found ones among the true: of all classes together.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<
        AveragedScore<micro_recall_metric_entry, Average::micro, recall_of, NoOptions>>::make};

constinit const Entry<Metric> weighted_recall_metric_entry{
    .info = metric_info("weighted_recall",
                        "Share of found ones among the true: mean over classes by their frequency.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<AveragedScore<weighted_recall_metric_entry, Average::weighted, recall_of,
                                       NoOptions>>::make};

}  // namespace freshet
