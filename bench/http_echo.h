#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "freshet/base/status.h"

namespace freshet {

/// The peer of `freshet bench serve`: an HTTP server as Boost.Beast's own examples write it (async_read of a string body,
/// async_write of a string body, keep-alive), which only sends a fixed answer back. No timers, limits or checks.
class HttpEcho {
 public:
  /// Listens on a free port of 127.0.0.1. answer: the body of every reply.
  static Result<std::unique_ptr<HttpEcho>> start(std::string answer, uint32_t threads) noexcept;
  virtual ~HttpEcho() = default;
  virtual uint16_t port() const noexcept = 0;
};

}  // namespace freshet
