// error: passing 'const freshet::Learner' as 'this' argument discards qualifiers|discards qualifiers
#include "freshet/runtime/model.h"

// Readers get const objects.
freshet::Status teach(freshet::Model& model, const freshet::Example& x) {
#ifdef WRONG
  return model.read().learner().learn(x, {});
#else
  auto lease = model.lease();
  if (!lease.ok()) return std::move(lease).status();
  return lease->learn(x, {});
#endif
}
