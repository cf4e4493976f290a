#include "freshet/runtime/pending.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "freshet/base/coding.h"
#include "freshet/base/hash.h"
#include "freshet/runtime/label_status.h"

namespace freshet {

namespace {

constexpr uint32_t kChunkVersion = 2;
constexpr uint16_t kDeferred = 1, kHasCost = 2;  // flags of an entry

class Out {
 public:
  void u16(uint16_t x) { put_u16(grow(2), x); }
  void u32(uint32_t x) { put_u32(grow(4), x); }
  void u64(uint64_t x) { put_u64(grow(8), x); }
  void bytes(std::span<const std::byte> from) {
    if (!from.empty()) std::memcpy(grow(from.size()), from.data(), from.size());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::byte* grow(std::size_t n) {
    bytes_.resize(bytes_.size() + n);
    return bytes_.data() + bytes_.size() - n;
  }
  std::vector<std::byte> bytes_;
};

// Every read is checked; after the first that fails all give zeros.
class In {
 public:
  explicit In(std::span<const std::byte> bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  std::span<const std::byte> take(uint64_t n) {
    if (!ok_ || n > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const auto front = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return front;
  }
  uint16_t u16() { return number<uint16_t>(2, get_u16); }
  uint32_t u32() { return number<uint32_t>(4, get_u32); }
  uint64_t u64() { return number<uint64_t>(8, get_u64); }
  std::vector<float> floats(uint32_t n) {
    const auto from = take(uint64_t{n} * 4);
    std::vector<float> values(ok_ ? n : 0);
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = get_f32(from.data() + 4 * k);
    return values;
  }

 private:
  template <class T>
  T number(std::size_t n, T (*get)(const std::byte*) noexcept) {
    const auto from = take(n);
    return ok_ ? get(from.data()) : T{0};
  }
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

Status damaged() { return {Code::corrupt, "pending: chunk PEND is damaged; use an older checkpoint"}; }

}  // namespace

PendingTable::Key PendingTable::key_of(std::string_view id) noexcept {
  return {hash64(id, 0x70656e64), hash64(id, 0x696e6721)};
}

PendingTable::Found PendingTable::find(std::string_view id) const noexcept {
  const Key key = key_of(id);
  const std::lock_guard lock(mutex_);
  if (const auto at = waiting_.find(key); at != waiting_.end()) {
    const Pending& pending = entries_.at(at->second);
    return {State::waiting, pending.lsn, pending.request, pending.served, pending.is_deferred};
  }
  const auto at = gone_.find(key);
  return {at == gone_.end() ? State::unknown : at->second, 0, 0, {}, false};
}

void PendingTable::bury(const Key& key, State state, int64_t deadline_us) noexcept {
  tombstones_.emplace(deadline_us, Tombstone{key, state});
  gone_[key] = state;
}

// What leaves the table leaves a tombstone: its id says so until then.
Pending PendingTable::take(Lsn lsn, State state, int64_t until_us) noexcept {
  auto entry = entries_.extract(lsn);
  const Key key = key_of(entry.mapped().id);
  waiting_.erase(key);
  entry_bytes_ -= entry.mapped().bytes();
  bury(key, state, until_us);
  return std::move(entry.mapped());
}

// An entry is dropped for its age or for room; its id says so for another ttl.
void PendingTable::drop_oldest(int64_t now_us) noexcept {
  (void)take(entries_.begin()->first, State::dropped, now_us + limits_.ttl_us);
}

void PendingTable::advance(int64_t now_us) noexcept {
  const std::lock_guard lock(mutex_);
  now_us_ = now_us;
  while (!entries_.empty() && now_us - entries_.begin()->second.time_us >= limits_.ttl_us) {
    drop_oldest(now_us);
    ++expired_;
  }
  while (!tombstones_.empty() && tombstones_.begin()->first <= now_us) {
    gone_.erase(tombstones_.begin()->second.key);
    tombstones_.erase(tombstones_.begin());
  }
}

std::optional<Pending> PendingTable::take_older(int64_t latest_us) noexcept {
  const std::lock_guard lock(mutex_);
  if (entries_.empty() || entries_.begin()->second.time_us > latest_us) return std::nullopt;
  ++expired_;
  const auto& [lsn, oldest] = *entries_.begin();
  return take(lsn, State::dropped, oldest.time_us + limits_.ttl_us);
}

void PendingTable::add(Pending pending) noexcept {
  const std::lock_guard lock(mutex_);
  waiting_[key_of(pending.id)] = pending.lsn;
  entry_bytes_ += pending.bytes();
  const Lsn lsn = pending.lsn;
  now_us_ = pending.time_us;
  entries_.emplace(lsn, std::move(pending));
  while (bytes() > limits_.max_bytes && entries_.size() > 1) {
    drop_oldest(now_us_);
    ++evicted_;
  }
  while (bytes() > limits_.max_bytes && !tombstones_.empty()) {
    gone_.erase(tombstones_.begin()->second.key);
    tombstones_.erase(tombstones_.begin());
  }
}

Pending& PendingTable::at(std::string_view id) noexcept {
  return entries_.find(waiting_.find(key_of(id))->second)->second;
}

bool PendingTable::keep_cost(std::string_view id, float cost) noexcept {
  const std::lock_guard lock(mutex_);
  Pending& entry = at(id);
  if (entry.cost) return false;
  entry.cost = cost;
  return true;
}

std::optional<float> PendingTable::activate(std::string_view id) noexcept {
  const std::lock_guard lock(mutex_);
  Pending& entry = at(id);
  entry.is_deferred = false;
  return std::exchange(entry.cost, std::nullopt);
}

Pending PendingTable::join(std::string_view id) noexcept {
  const std::lock_guard lock(mutex_);
  const Pending& entry = at(id);
  return take(entry.lsn, State::joined, entry.time_us + limits_.ttl_us);
}

bool PendingTable::has_older(int64_t now_us, int64_t wait_us) const noexcept {
  const std::lock_guard lock(mutex_);
  return !entries_.empty() &&
         now_us - entries_.begin()->second.time_us >= std::min(wait_us, limits_.ttl_us);
}

uint64_t PendingTable::waiting() const noexcept {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}
uint64_t PendingTable::expired() const noexcept {
  const std::lock_guard lock(mutex_);
  return expired_;
}
uint64_t PendingTable::evicted() const noexcept {
  const std::lock_guard lock(mutex_);
  return evicted_;
}

std::vector<std::byte> PendingTable::save() const noexcept {
  const std::lock_guard lock(mutex_);
  Out out;
  const bool has_flags = std::any_of(entries_.begin(), entries_.end(),
                                     [](const auto& one) { return one.second.is_deferred; });
  out.u32(has_flags ? kChunkVersion : 1), out.u32(0);
  out.u64(static_cast<uint64_t>(limits_.ttl_us)), out.u64(limits_.max_bytes);
  out.u64(expired_), out.u64(evicted_);
  out.u32(static_cast<uint32_t>(entries_.size())), out.u32(static_cast<uint32_t>(tombstones_.size()));
  for (const auto& [lsn, entry] : entries_) {
    out.u64(lsn), out.u64(static_cast<uint64_t>(entry.time_us)), out.u64(entry.request);
    out.u16(static_cast<uint16_t>(entry.id.size()));
    out.u16(entry.is_deferred ? entry.cost ? kDeferred | kHasCost : kDeferred : 0);
    out.u32(static_cast<uint32_t>(entry.own.size())), out.u32(static_cast<uint32_t>(entry.asked.size()));
    out.u32(static_cast<uint32_t>(entry.served.size()));
    out.u32(static_cast<uint32_t>(entry.block.size()));
    out.bytes(std::as_bytes(std::span(entry.id)));
    for (const auto* values : {&entry.own, &entry.asked, &entry.served})
      for (const float value : *values) out.u32(bit_cast<uint32_t>(value));
    out.bytes(entry.block);
    if (entry.cost) out.u32(bit_cast<uint32_t>(*entry.cost));
  }
  for (const auto& [deadline, tombstone] : tombstones_) {
    out.u64(tombstone.key[0]), out.u64(tombstone.key[1]), out.u64(static_cast<uint64_t>(deadline));
    out.u64(static_cast<uint64_t>(tombstone.state));
  }
  return out.take();
}

Status PendingTable::load(std::span<const std::byte> bytes) noexcept {
  In in(bytes);
  const uint32_t version = in.u32();
  if (in.ok() && version > kChunkVersion)
    return {Code::unsupported, "pending: chunk PEND was written by a later Freshet; use that version"};
  PendingTable made({});
  if (in.u32() != 0) return damaged();
  made.limits_.ttl_us = static_cast<int64_t>(in.u64());
  made.limits_.max_bytes = in.u64();
  made.expired_ = in.u64();
  made.evicted_ = in.u64();
  const uint32_t entries = in.u32(), tombstones = in.u32();
  Lsn last = 0;
  for (uint32_t k = 0; k < entries && in.ok(); ++k) {
    Pending entry;
    entry.lsn = in.u64();
    entry.time_us = static_cast<int64_t>(in.u64());
    entry.request = in.u64();
    const uint16_t id = in.u16(), flags = in.u16();
    const uint32_t own = in.u32(), asked = in.u32(), served = in.u32(), block = in.u32();
    const auto text = in.take(id);
    entry.own = in.floats(own);
    entry.asked = in.floats(asked);
    entry.served = in.floats(served);
    const auto features = in.take(block);
    if (flags > (version < 2 ? 0 : kDeferred | kHasCost) || flags == kHasCost) return damaged();
    entry.is_deferred = flags != 0;
    const std::vector<float> cost = in.floats(flags & kHasCost ? 1 : 0);
    if (!cost.empty()) entry.cost = cost[0];
    if (!in.ok() || id == 0 || id > kMaxId || entry.lsn <= last) return damaged();
    entry.id.assign(reinterpret_cast<const char*>(text.data()), text.size());
    entry.block.assign(features.begin(), features.end());
    last = entry.lsn;
    if (!made.waiting_.emplace(key_of(entry.id), entry.lsn).second) return damaged();
    made.entry_bytes_ += entry.bytes();
    made.entries_.emplace(last, std::move(entry));
  }
  for (uint32_t k = 0; k < tombstones && in.ok(); ++k) {
    const Key key = {in.u64(), in.u64()};
    const auto deadline = static_cast<int64_t>(in.u64());
    const uint64_t state = in.u64();
    if (!in.ok() || (state != static_cast<uint64_t>(State::joined) && state != static_cast<uint64_t>(State::dropped)))
      return damaged();
    made.bury(key, static_cast<State>(state), deadline);
  }
  if (!in.at_end()) return damaged();
  const std::lock_guard lock(mutex_);
  limits_ = made.limits_;
  entries_ = std::move(made.entries_);
  tombstones_ = std::move(made.tombstones_);
  waiting_ = std::move(made.waiting_);
  gone_ = std::move(made.gone_);
  entry_bytes_ = made.entry_bytes_, expired_ = made.expired_, evicted_ = made.evicted_;
  return {};
}

}  // namespace freshet
