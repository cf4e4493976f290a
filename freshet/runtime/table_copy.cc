#include "freshet/runtime/table_copy.h"

#include <cstring>
#include <new>
#include <utility>

#include "freshet/base/live.h"

namespace freshet {

TableCopy::TableCopy(std::span<Table* const> live) noexcept : tables_(live.size()) {
  for (std::size_t t = 0; t < live.size(); ++t) {
    One& one = tables_[t];
    one.owner = this;
    one.live = live[t];
    const uint32_t chunks = live[t]->chunk_count();
    one.claims = std::make_unique<std::atomic<Claim>[]>(chunks);
    one.taken.resize(chunks);
    // What nobody has stored to is zero in the twin, too.
    for (uint32_t k = 0; k < chunks; ++k)
      one.claims[k].store(live[t]->touched(k) ? Claim::nobody : Claim::done, std::memory_order_relaxed);
    live[t]->watch(&TableCopy::first_store, &one);
  }
}

TableCopy::~TableCopy() { unwatch(); }

Status TableCopy::into(std::span<Table* const> twins) noexcept {
  bool fits = twins.size() == tables_.size();
  for (std::size_t t = 0; fits && t < twins.size(); ++t) {
    tables_[t].twin = twins[t];
    fits = twins[t]->size() == tables_[t].live->size();
  }
  if (fits) return {};
  return {Code::unsupported, "checkpoint: a clone of this learner has other tables than itself"};
}

void TableCopy::unwatch() noexcept {
  if (!std::exchange(is_watching_, false)) return;
  for (One& one : tables_) one.live->watch(nullptr, nullptr);
}

// Writer, before it stores. Its copy is whole before the claim says so.
void TableCopy::first_store(void* self, uint32_t chunk) noexcept {
  One& one = *static_cast<One*>(self);
  std::atomic<Claim>& claim = one.claims[chunk];
  Claim seen = claim.load(std::memory_order_acquire);
  if (seen == Claim::done) return;
  const std::span<const float> from = one.live->chunk(chunk);
  one.taken[chunk].reset(new (std::nothrow) float[from.size()]);
  if (one.taken[chunk] == nullptr) return one.owner->is_exhausted_.store(true, std::memory_order_relaxed);
  std::memcpy(one.taken[chunk].get(), from.data(), from.size_bytes());
  while (seen != Claim::done)
    if (claim.compare_exchange_weak(seen, Claim::writer, std::memory_order_acq_rel, std::memory_order_acquire)) return;
  one.taken[chunk] = nullptr;  // the copier was faster
}

Status TableCopy::run() noexcept {
  for (One& one : tables_) {
    for (uint32_t k = 0; k < one.live->chunk_count(); ++k) {
      Claim seen = Claim::nobody;
      std::atomic<Claim>& claim = one.claims[k];
      if (claim.compare_exchange_strong(seen, Claim::copier, std::memory_order_acquire)) {
        copy(one, k);
        seen = Claim::copier;
        if (claim.compare_exchange_strong(seen, Claim::done, std::memory_order_acq_rel, std::memory_order_acquire))
          continue;
      }
      if (seen == Claim::writer) take_over(one, k);
    }
  }
  if (!is_exhausted_.load(std::memory_order_relaxed)) return {};
  return {Code::exhausted, "checkpoint: no memory for what changed while it was written; it is tried again"};
}

void TableCopy::copy(One& one, uint32_t chunk) noexcept {
  const std::span<const float> from = one.live->chunk(chunk);
  const std::size_t at = std::size_t{chunk} << Table::kChunkBits;
  one.twin->touch(at);
  float* const to = one.twin->data() + at;
  for (std::size_t k = 0; k < from.size(); ++k) to[k] = live_load(from[k]);
}

void TableCopy::take_over(One& one, uint32_t chunk) noexcept {
  const std::size_t at = std::size_t{chunk} << Table::kChunkBits;
  one.twin->touch(at);
  std::memcpy(one.twin->data() + at, one.taken[chunk].get(), one.live->chunk(chunk).size_bytes());
  one.taken[chunk] = nullptr;
}

}  // namespace freshet
