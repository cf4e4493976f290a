#include "bench/measure.h"

#include <algorithm>

#include <time.h>

namespace freshet {
namespace {

double seconds_of(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double thread_cpu_seconds() noexcept {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double process_cpu_seconds() noexcept {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double median(std::vector<double> values) noexcept {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace freshet
