#pragma once
/// The two clocks. Nothing that a model learns depends on either: time of events comes from the log.

#include <chrono>
#include <cstdint>

namespace freshet {

/// Unix time in microseconds: what the log stamps and people read.
inline int64_t unix_us() noexcept {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

/// Nanoseconds that never go back: for durations.
inline int64_t steady_ns() noexcept {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

/// The same in microseconds: what deadlines of calls are told in.
inline int64_t steady_us() noexcept {
  return steady_ns() / 1000;
}

}  // namespace freshet
