#include "freshet/metric/averaged.h"

namespace freshet {

extern const Entry<Metric> f1_metric_entry;
extern const Entry<Metric> macro_f1_metric_entry;
extern const Entry<Metric> micro_f1_metric_entry;
extern const Entry<Metric> weighted_f1_metric_entry;

constinit const Entry<Metric> f1_metric_entry{
    .info = metric_info("f1", "Harmonic mean of precision and recall: of the positive class.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<AveragedScore<f1_metric_entry, Average::positive, f_of, NoOptions>>::make};

constinit const Entry<Metric> macro_f1_metric_entry{
    .info = metric_info("macro_f1", "Harmonic mean of precision and recall: mean over classes.",
                        "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make =
        CountsMetric<AveragedScore<macro_f1_metric_entry, Average::macro, f_of, NoOptions>>::make};

constinit const Entry<Metric> micro_f1_metric_entry{
    .info =
        metric_info("micro_f1", "Harmonic mean of precision and recall: of all classes together.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make =
        CountsMetric<AveragedScore<micro_f1_metric_entry, Average::micro, f_of, NoOptions>>::make};

constinit const Entry<Metric> weighted_f1_metric_entry{
    .info =
        metric_info("weighted_f1",
                    "Harmonic mean of precision and recall: mean over classes by their frequency.",
                    "van Rijsbergen, Information Retrieval, 1979", "24 bytes a class"),
    .make = CountsMetric<
        AveragedScore<weighted_f1_metric_entry, Average::weighted, f_of, NoOptions>>::make};

}  // namespace freshet
