// error: .*WriterLease::WriterLease\(freshet::Model&\).* is private
#include "freshet/runtime/model.h"

// Only Model::lease() gives leases out.
freshet::Result<freshet::WriterLease> take(freshet::Model& model) {
#ifdef WRONG
  return freshet::WriterLease(model);
#else
  return model.lease();
#endif
}
