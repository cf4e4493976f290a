#pragma once
/// The log: the only truth. A model's state is a fold over it. The local log (log/local) and Kafka (log/kafka) alike.

#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/status.h"

namespace freshet {

using Lsn = uint64_t;  // 0: nothing yet; the first event is 1

/// When a training call is answered: admitted; appended and learned; and synced.
enum class Ack : uint8_t { queued, applied, durable };

/// Written to files: never change or reuse. The one table of kinds; docs/log-format.md.
enum class EventKind : uint8_t {
  example = 1, label, remember, reset, options, merge, checkpoint, rollback, activate, tick, flush, promote, alias,
  claim = 16, delta, update, values,
  items = 32, updates, weights
};

struct Event {
  Lsn lsn;
  uint64_t token;     // of the lease that wrote it
  int64_t time_us;    // Unix time, never less than that of the record before
  EventKind kind;
  uint32_t examples;  // how many
  std::span<const std::byte> body;
};

class Log {
 public:
  virtual ~Log() = default;
  /// Appends all, in order: written, so it survives kill -9. Sets lsn, token and time of each. Returns the last LSN.
  virtual Result<Lsn> append(std::span<Event> events) noexcept = 0;
  /// Returns when everything up to `upto` survives power loss.
  virtual Status sync(Lsn upto) noexcept = 0;
  virtual Lsn durable() const noexcept = 0;
  /// Calls each(self, event) in order from `from` on until it returns false or the end; events are borrowed for the call.
  virtual Status read(Lsn from, void* self, bool (*each)(void* self, const Event&) noexcept) noexcept = 0;
  virtual Lsn first() const noexcept = 0;
  virtual Lsn end() const noexcept = 0;  // the last LSN appended; 0: none
  /// Whole segments below `below` may go.
  virtual Status trim(Lsn below) noexcept = 0;
};

}  // namespace freshet
