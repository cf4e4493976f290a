#pragma once
/// HTTP/1.1, the Open Inference Protocol v2 and its training extension, the page and its events.
///
/// One thread a core, each with its own event loop; a connection stays on its thread. A request is read whole within
/// limits (below), judged (host, origin, loopback rule), decoded to a Call, and answered in order; nothing is read
/// from a connection while its answer is on the way, so a client cannot make a buffer grow. docs/http.md has routes
/// and bodies.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/net/asset.h"
#include "freshet/net/door.h"

namespace freshet {

/// Each is an option of `serve`. Sizes in bytes.
struct HttpLimits {
  std::size_t request_line = 4096;
  std::size_t headers = 8192;
  std::size_t body = 64u << 20;  ///< after decompression
  std::size_t ratio = 100;       ///< of compression; counts beyond 8 MiB of output
  std::size_t chunks = 65536;
  std::size_t elements = std::size_t{1} << 28;  ///< of one tensor
  std::size_t inflight = std::size_t{1}
                         << 30;  ///< bodies of all requests; an address may hold a quarter
  std::size_t connections = 10000;
  std::size_t connections_per_address = 1000;
  std::size_t streams = 64;
  std::size_t streams_per_address = 8;
  int64_t header_time_us = 5'000'000;
  int64_t body_rate = 1024;           ///< bytes/s, on the average, after header_time_us
  int64_t body_time_us = 60'000'000;  ///< and a second for each MiB
  int64_t idle_time_us = 75'000'000;
  int64_t write_stall_us = 30'000'000;
  int64_t comment_time_us = 15'000'000;  ///< of event streams, when nothing happens
};

struct HttpOptions {
  uint32_t threads = 0;       ///< 0: one a core
  bool metrics_only = false;  ///< the metrics listener: GET /metrics and health, no Host rule
  std::vector<std::string> allowed_hosts{};    ///< besides localhost, IP addresses, the listener
  std::vector<std::string> allowed_origins{};  ///< "https://example.org"; besides our own
  std::span<const Asset> assets{};             ///< outlive the door
  HttpLimits limits{};
};

/// Built without Boost: `unsupported`, naming FRESHET_WITH_HTTP.
Result<std::unique_ptr<Door>> make_http_door(HttpOptions options) noexcept;

}  // namespace freshet
