#pragma once
#include <cstdint>
#include <string>

#include "freshet/base/status.h"

namespace freshet {

struct LoadOptions {
  uint16_t port = 0;    // of 127.0.0.1
  std::string request;  // the whole of it, head and body; the connection stays open
  double rate_hz =
      0;  // Poisson arrivals; 0: closed loop, each connection asks again when it is answered
  double seconds = 5;
  uint32_t connections = 64;
  uint64_t seed = 1;
};

struct LoadResult {
  double requests_per_s = 0;  // answered with 200
  uint64_t answered = 0;
  uint64_t failed = 0;  // any other status, or a connection that broke
  double p50_us = 0, p99_us = 0, p999_us = 0, max_us = 0;
};

/// Asks one request over and over, from one thread, and measures.
///
/// Open loop (rate_hz > 0): arrivals are planned before the server is known to keep up, and a request's latency counts
/// from its planned start, not from when a connection was free: a server that stalls is charged with all that waited
/// (no coordinated omission). Closed loop: latency counts from sending.
/// Sleeps are exact to a few microseconds (timer slack 1 ns); it never spins, so it leaves the cores to the server.
Result<LoadResult> run_load(const LoadOptions& options) noexcept;

}  // namespace freshet
