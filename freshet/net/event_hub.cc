#include "freshet/net/event_hub.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace freshet {
namespace {

// "id" and "event" lines are ours; `data` may hold anything, so it goes out line by line: a line
// break in it can neither end the event nor begin another one.
std::string make_frame(uint64_t id, std::string_view event, std::string_view data) {
  std::string frame = "id: " + std::to_string(id) + "\nevent: ";
  frame.append(event).append("\n");
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    frame.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  return frame.append("\n");
}

}  // namespace

struct EventHub::State {
  struct Kept {
    Frame frame;
    std::string model;
    uint64_t before_of_model = 0;  // events of this model before it
  };

  mutable std::mutex mutex;
  std::vector<Kept> ring;  // number n is at (n - 1) % size
  uint64_t newest = 0;
  std::map<std::string, uint64_t, std::less<>>
      published;  // by model; grows with models, which are few

  mutable std::mutex watching;  // held while wake() runs, so that unwatch can promise its end
  std::vector<EventWatcher*> watchers;

  uint64_t oldest() const { return newest > ring.size() ? newest - ring.size() + 1 : 1; }
  const Kept& at(uint64_t number) const { return ring[(number - 1) % ring.size()]; }

  uint64_t count_of(std::string_view model) const {
    if (model.empty()) return newest;
    const auto found = published.find(model);
    return found == published.end() ? 0 : found->second;
  }

  uint64_t before(const Kept& kept, uint64_t number, std::string_view model) const {
    return model.empty() ? number - 1 : kept.before_of_model;
  }
};

EventHub::EventHub(std::size_t kept) : state_(std::make_unique<State>()) {
  state_->ring.resize(std::max<std::size_t>(kept, 1));
}

EventHub::~EventHub() = default;

void EventHub::publish(std::string_view model, std::string_view event, std::string_view data) {
  {
    const std::lock_guard lock(state_->mutex);
    auto counted = state_->published.find(model);
    if (counted == state_->published.end()) {
      counted = state_->published.emplace(std::string(model), 0).first;
    }
    const uint64_t number = ++state_->newest;
    State::Kept& place = state_->ring[(number - 1) % state_->ring.size()];
    place.frame = std::make_shared<const std::string>(make_frame(number, event, data));
    place.model.assign(model);
    place.before_of_model = counted->second++;
  }
  const std::lock_guard lock(state_->watching);
  for (EventWatcher* watcher : state_->watchers)
    watcher->wake();
}

EventHub::Place EventHub::place(std::string_view model, uint64_t last_id) const {
  const std::lock_guard lock(state_->mutex);
  Place place{
      .model = std::string(model), .next = state_->newest + 1, .seen = state_->count_of(model)};
  if (last_id == 0 || last_id >= state_->newest) return place;
  place.next = std::max(last_id + 1, state_->oldest());
  // Events lost before `place.next` can't be told by model any more: resuming promises what is
  // kept, not a count.
  place.seen = state_->before(state_->at(place.next), place.next, model);
  for (uint64_t number = place.next; number <= state_->newest && !model.empty(); ++number) {
    if (state_->at(number).model != model) continue;
    place.seen = state_->at(number).before_of_model;
    return place;
  }
  if (!model.empty()) place.seen = state_->count_of(model);
  return place;
}

std::vector<EventHub::Frame> EventHub::read(Place& place, std::size_t most, uint64_t& lost) const {
  std::vector<Frame> frames;
  lost = 0;
  const std::lock_guard lock(state_->mutex);
  const bool passed_by = place.next < state_->oldest();
  if (passed_by) place.next = state_->oldest();
  for (; place.next <= state_->newest && frames.size() < most; ++place.next) {
    const State::Kept& kept = state_->at(place.next);
    if (!place.model.empty() && kept.model != place.model) continue;
    const uint64_t before = state_->before(kept, place.next, place.model);
    if (before > place.seen) lost += before - place.seen;
    place.seen = before + 1;
    frames.push_back(kept.frame);
  }
  // Those of the model that were lost and had no successor in the ring.
  if (place.next > state_->newest && passed_by && state_->count_of(place.model) > place.seen) {
    lost += state_->count_of(place.model) - place.seen;
    place.seen = state_->count_of(place.model);
  }
  return frames;
}

void EventHub::watch(EventWatcher* watcher) {
  const std::lock_guard lock(state_->watching);
  state_->watchers.push_back(watcher);
}

void EventHub::unwatch(EventWatcher* watcher) {
  const std::lock_guard lock(state_->watching);
  std::erase(state_->watchers, watcher);
}

std::size_t EventHub::watchers() const {
  const std::lock_guard lock(state_->watching);
  return state_->watchers.size();
}

uint64_t EventHub::newest() const {
  const std::lock_guard lock(state_->mutex);
  return state_->newest;
}

}  // namespace freshet
