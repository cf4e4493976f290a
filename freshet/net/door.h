#pragma once
/// A way in: it listens at an address, turns requests into Calls (net/service.h) and answers into
/// replies.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

class Service;

/// How much a door holds at this moment.
struct DoorLoad {
  std::size_t connections = 0;
  std::size_t inflight_bytes = 0;  ///< request bodies not yet answered
  std::size_t event_streams = 0;
};

class Door {
 public:
  virtual ~Door() = default;

  /// Binds, listens and starts the threads of the door; returns at once. `url`:
  /// "http://127.0.0.1:8000"; port 0 takes a free one (see address()). The service outlives the
  /// door. Once. Errors: invalid_argument (the address), conflict (port in use: the text says what
  /// to do), unsupported (built without it), exhausted, denied.
  virtual Status open(std::string_view url, Service& service) noexcept = 0;

  /// Stops accepting, tells open connections to close, lets requests being served finish for at
  /// most drain_us, then cuts the rest and joins the threads. `deadline` if something had to be
  /// cut. The second call does nothing.
  virtual Status close(int64_t drain_us) noexcept = 0;

  /// What is bound, "http://127.0.0.1:43121"; "" before open.
  virtual std::string address() const = 0;

  /// Any thread.
  virtual DoorLoad load() const noexcept = 0;
};

}  // namespace freshet
