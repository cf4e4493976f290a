#pragma once
/// Events for people watching (Server-Sent Events now): a ring that every watcher reads at its own
/// pace.
///
/// The newest `kept` events stay; each has a number, from 1. There is no queue per watcher, so a
/// slow one costs nothing: when the ring has passed it by, it goes on with the oldest event kept
/// and is told how many it lost
/// (`gap`). One who comes back with the last number it saw gets what it missed, if that is still
/// kept. Threads: everything from any thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

/// Called, on the publisher's thread, when there may be something to read. Must only wake its own
/// thread.
class EventWatcher {
 public:
  virtual ~EventWatcher() = default;
  virtual void wake() noexcept = 0;
};

class EventHub {
 public:
  static constexpr std::size_t kKept = 1024;

  explicit EventHub(std::size_t kept = kKept);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// model: whose event; empty: everybody's. event: "status", "surprise" ...; data: one JSON value
  /// on one line.
  void publish(std::string_view model, std::string_view event, std::string_view data);

  /// One event, as bytes of an event stream: "id: 7\nevent: status\ndata: {...}\n\n".
  using Frame = std::shared_ptr<const std::string>;

  /// Where one watcher is.
  struct Place {
    std::string model;  ///< empty: all events
    uint64_t next = 0;  ///< the next number to look at
    uint64_t seen = 0;  ///< events of `model` published before it
  };

  /// A place behind event `last_id`; 0 or a number never given: behind the newest.
  Place place(std::string_view model, uint64_t last_id) const;

  /// Up to `most` next frames from `place`, which moves on. lost: how many fell out of the ring
  /// before them.
  std::vector<Frame> read(Place& place, std::size_t most, uint64_t& lost) const;

  void watch(EventWatcher*);
  /// After this returns, wake() is not running and never called again.
  void unwatch(EventWatcher*);
  std::size_t watchers() const;

  /// The number of the newest event; 0: none yet.
  uint64_t newest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet
