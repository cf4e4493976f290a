#include "freshet/runtime/epoch.h"

#include <limits>

namespace freshet {

constinit std::atomic<uint64_t> EpochDomain::epoch_{1};
constinit EpochDomain::Block EpochDomain::first_;

/// Returns the thread's slot when the thread ends.
struct EpochDomain::GiveBack {
  bool armed = false;
  ~GiveBack() {
    if (mine_.slot == nullptr) return;
    mine_.slot->pinned.store(0, std::memory_order_release);
    mine_.slot->is_taken.store(false, std::memory_order_release);
    mine_.slot = nullptr;
  }
};

EpochDomain::Slot* EpochDomain::take_slot() noexcept {
  static thread_local GiveBack give_back;
  give_back.armed = true;  // touching it registers its destructor
  for (Block* block = &first_;;) {
    for (Slot& slot : block->slots) {
      bool taken = false;
      if (!slot.is_taken.load(std::memory_order_relaxed) &&
          slot.is_taken.compare_exchange_strong(taken, true, std::memory_order_acq_rel))
        return &slot;
    }
    Block* next = block->next.load(std::memory_order_seq_cst);
    if (next == nullptr) {
      auto* made = new Block;
      // Sequentially consistent, so that a scan which misses the block comes before every pin in it.
      if (block->next.compare_exchange_strong(next, made, std::memory_order_seq_cst)) next = made;
      else delete made;
    }
    block = next;
  }
}

uint64_t EpochDomain::oldest() noexcept {
  uint64_t oldest = std::numeric_limits<uint64_t>::max();
  for (const Block* block = &first_; block != nullptr; block = block->next.load(std::memory_order_seq_cst))
    for (const Slot& slot : block->slots) {
      const uint64_t pinned = slot.pinned.load(std::memory_order_seq_cst);
      if (pinned != 0 && pinned < oldest) oldest = pinned;
    }
  return oldest;
}

uint32_t EpochDomain::slot_count() noexcept {
  uint32_t count = 0;
  for (const Block* block = &first_; block != nullptr; block = block->next.load(std::memory_order_seq_cst)) count += 64;
  return count;
}

}  // namespace freshet
