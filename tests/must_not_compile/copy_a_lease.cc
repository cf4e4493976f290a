// error: use of deleted function .*WriterLease
#include <utility>

#include "freshet/runtime/model.h"

// One writer for each model: the right to teach moves, it is never copied.
freshet::WriterLease pass_on(freshet::WriterLease lease) {
#ifdef WRONG
  freshet::WriterLease second = lease;
#else
  freshet::WriterLease second = std::move(lease);
#endif
  return second;
}
