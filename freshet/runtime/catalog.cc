#include "freshet/runtime/catalog.h"

#include <vector>

#include "freshet/core/learner.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/runtime/table_memory.h"
#include "freshet/transform/registry.h"

namespace freshet {

extern const Entry<Learner> oml_dummy_entry;

Registry catalog(const kernel::Parallel* parallel) noexcept {
  static const std::vector<const Entry<Learner>*> learners = [] {
    const auto entries = learner_entries();
    std::vector<const Entry<Learner>*> all(entries.begin(), entries.end());
    all.push_back(&oml_dummy_entry);
    return all;
  }();
  Registry registry;
  registry.learners = learners;
  registry.transforms = transform_entries();
  registry.metrics = metric_entries();
  registry.parallel = parallel;
  registry.memory = &kSystemTables;
  return registry;
}

}  // namespace freshet
