#include "freshet/learn/registry.h"

#include "freshet/core/learner.h"

namespace freshet {

#define FRESHET_LEARNER(family, name) extern const Entry<Learner> name##_entry;
#include "freshet/learn/learners.def"
#undef FRESHET_LEARNER

std::span<const Entry<Learner>* const> learner_entries() noexcept {
  static constexpr const Entry<Learner>* kAll[] = {
#define FRESHET_LEARNER(family, name) &name##_entry,
#include "freshet/learn/learners.def"
#undef FRESHET_LEARNER
  };
  return kAll;
}

}  // namespace freshet
