#pragma once
/// This machine, measured: one row of numbers from /proc, and the target that comes a second later.
///
/// Features, in order: `busy_1s`, `busy_10s`, share of processor time not idle, in percent, over
/// the last 1 and 10 s; `disk_1s`, `disk_10s`, `net_1s`, `net_10s`, ln(1 + bytes/s) read and
/// written by disks, sent and received by network interfaces (loopback left out); `memory`, percent
/// of memory in use; `load`, the one-minute load average per processor. The target of a row is the
/// busy share, in percent, of the second that follows it: a tenth of a second would be too coarse,
/// since /proc/stat counts 10 ms. It is known one second later, never before.
///
/// Threads: one object belongs to one thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

inline constexpr std::array<std::string_view, 8> kTelemetryNames{
    "busy_1s", "busy_10s", "disk_1s", "disk_10s", "net_1s", "net_10s", "memory", "load"};

/// Running totals at one moment, as /proc counts them.
struct HostCounters {
  int64_t time_us = 0;             // of the caller's clock
  uint64_t busy = 0, total = 0;    // processor time, ticks
  uint64_t disk = 0, network = 0;  // bytes
  double memory_percent = 0, load_per_cpu = 0;
};

/// Reads the files below `proc` ("/proc"). A file that is missing or reads as something else:
/// `unavailable`, naming it.
Result<HostCounters> read_host_counters(const std::string& proc, int64_t now_us) noexcept;

/// Turns counters into rows; keeps the last eleven seconds of them.
class Telemetry {
 public:
  /// Takes the newest counters; REQUIRES: time_us rises. Writes the row of this moment.
  void add(const HostCounters& counters, std::span<float, kTelemetryNames.size()> row) noexcept;

  /// The busy share, in percent, between `from_us` and one second later; false while that second
  /// isn't over.
  bool target(int64_t from_us, float& busy_percent) const noexcept;

 private:
  const HostCounters* at_or_before(int64_t time_us) const noexcept;
  std::deque<HostCounters> kept_;
};

}  // namespace freshet
