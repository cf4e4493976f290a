#include "freshet/metric/registry.h"

#include "freshet/core/metric.h"

namespace freshet {

#define FRESHET_METRIC(name) extern const Entry<Metric> name##_metric_entry;
#include "freshet/metric/metrics.def"
#undef FRESHET_METRIC

std::span<const Entry<Metric>* const> metric_entries() noexcept {
  static constexpr const Entry<Metric>* kAll[] = {
#define FRESHET_METRIC(name) &name##_metric_entry,
#include "freshet/metric/metrics.def"
#undef FRESHET_METRIC
  };
  return kAll;
}

}  // namespace freshet
