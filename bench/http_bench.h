#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/figure.h"
#include "freshet/base/status.h"

namespace freshet {

struct HttpBenchOptions {
  uint16_t port = 0;    // where the server under test listens, on 127.0.0.1
  std::string path;     // "/v2/models/shuttle/infer"
  std::string body;     // of one example
  uint32_t rounds = 4;  // interleaved with the echo; the median counts
  double seconds = 2;   // of each measurement
  uint32_t connections = 64;
  uint32_t threads = 1;  // of the echo: as many as the server has
};

/// HTTP predict of one example beside a Beast handler that only echoes the same answer, in the same run: requests/s of
/// each in turn, and the share. Gate: 0.7.
Result<std::vector<Figure>> bench_http(const HttpBenchOptions& options) noexcept;

/// "POST path HTTP/1.1" with Host, Content-Type and Content-Length.
std::string http_request(const std::string& path, const std::string& body);

}  // namespace freshet
