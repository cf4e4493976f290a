// error: ignoring return.*Result
#include "freshet/base/status.h"

freshet::Result<int> work() {
  return 3;
}

int main() {
#ifdef WRONG
  work();
#endif
  return work().ok() ? 0 : 1;
}
