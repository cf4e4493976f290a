#pragma once
/// Waiting for what another thread does.

#include <chrono>
#include <functional>
#include <thread>

namespace freshet::testing {

/// Waits up to ten seconds, which only a bug makes long.
inline bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; i++) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace freshet::testing
