// error: ignoring return.*Status
#include "freshet/base/status.h"

// A Status that nobody looks at is an error that nobody sees.
freshet::Status work() {
  return {freshet::Code::exhausted, "work: nothing left"};
}

int main() {
#ifdef WRONG
  work();
#endif
  return work().ok() ? 0 : 1;
}
