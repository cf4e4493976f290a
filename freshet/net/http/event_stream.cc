#include "freshet/net/http/event_stream.h"

#include <utility>
#include <vector>

namespace freshet {
namespace {

constexpr std::size_t kFramesAtOnce = 64;

}  // namespace

bool EventStream::open(EventHub& hub, std::string_view model, uint64_t last_id) {
  is_counted_ = true;
  const std::size_t all = counts_.of_all.fetch_add(1) + 1;
  const std::size_t mine = counts_.of_address.fetch_add(1) + 1;
  if (all > counts_.most || mine > counts_.most_of_address) {
    close();
    return false;
  }
  hub_ = &hub;
  place_ = hub.place(model, last_id);
  return true;
}

void EventStream::watch(EventWatcher* watcher) {
  watcher_ = watcher;
  hub_->watch(watcher);
}

void EventStream::close() noexcept {
  if (watcher_ != nullptr) hub_->unwatch(std::exchange(watcher_, nullptr));
  hub_ = nullptr;
  if (!std::exchange(is_counted_, false)) return;
  counts_.of_address.fetch_sub(1);
  counts_.of_all.fetch_sub(1);
}

std::string_view EventStream::read() {
  bytes_.clear();
  uint64_t lost = 0;
  const std::vector<EventHub::Frame> frames = hub_->read(place_, kFramesAtOnce, lost);
  if (lost > 0) bytes_ = "event: gap\ndata: {\"lost\":" + std::to_string(lost) + "}\n\n";
  for (const EventHub::Frame& frame : frames)
    bytes_.append(*frame);
  return bytes_;
}

}  // namespace freshet
