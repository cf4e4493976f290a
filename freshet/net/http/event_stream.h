#pragma once
/// A connection that is sent a hub's events: where it is in the hub, and its place among the streams that may be open.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/net/event_hub.h"

namespace freshet {

/// Open streams of everybody and of one address, and how many there may be.
struct StreamCounts {
  std::atomic<std::size_t>& of_all;
  std::atomic<std::size_t>& of_address;
  std::size_t most, most_of_address;
};

/// Threads: the connection's, and ~EventStream() or close() before the watcher goes.
class EventStream {
 public:
  explicit EventStream(const StreamCounts& counts) noexcept : counts_(counts) {}
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() { close(); }

  /// Takes a place behind event `last_id`; false: too many streams are open.
  bool open(EventHub& hub, std::string_view model, uint64_t last_id);
  /// From now on the hub wakes `watcher`.
  void watch(EventWatcher* watcher);
  void close() noexcept;

  /// The bytes of the next events, "" when there are none; before them, how many were lost. Valid until the next call.
  std::string_view read();
  /// Keeps bytes to be sent, until the next read().
  std::string_view keep(std::string bytes) noexcept { return bytes_ = std::move(bytes); }

 private:
  StreamCounts counts_;
  EventHub* hub_ = nullptr;
  EventWatcher* watcher_ = nullptr;
  EventHub::Place place_;
  std::string bytes_;
  bool is_counted_ = false;
};

}  // namespace freshet
