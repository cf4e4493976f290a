// error: use of deleted function .*Status
#include <utility>

#include "freshet/base/status.h"

// A Status may own its text: it moves, so that the text is freed once.
int main() {
  freshet::Status first;
#ifdef WRONG
  freshet::Status second = first;
#else
  freshet::Status second = std::move(first);
#endif
  return second.ok() ? 0 : 1;
}
