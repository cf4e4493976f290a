#pragma once
/// Epochs: when an object that readers may still look at can be freed.
///
/// A reader announces ("pins") the epoch it began in, looks, and withdraws the announcement. The writer replaces an
/// object, tags the old one with the epoch of its replacement, and frees it once nobody is pinned at or below its tag.
///
///     read:     e = epoch; slot.pinned = e; p = root; ... use *p ...
///     unread:   slot.pinned = 0
///     publish:  old = exchange(root, next); tag = epoch++; retired.push({old, tag})
///     reclaim:  m = min of all nonzero pinned; free every retired object with tag < m
///
/// Why it holds: all of these but the withdrawal (release) are sequentially consistent, so they have one total order. A
/// reader that got `old` loaded root before the exchange, hence pinned before it, with e <= tag; the later scan sees
/// that pin, or its withdrawal. A reader pinned with e > tag loads root after the exchange and cannot get `old`.
///
/// There are no standalone fences, here or anywhere: ThreadSanitizer does not see them. A pin costs one exchange, never
/// waits and never allocates after a thread's first.

#include <atomic>
#include <cstdint>

namespace freshet {

/// One domain for the process: a thread needs one slot however many models it reads.
class EpochDomain {
 public:
  /// Pins the calling thread. Pins nest: only the outermost counts. REQUIRES: unpin() on the same thread, soon: while
  /// anyone is pinned no writer of the process can reuse memory.
  static void pin() noexcept {
    if (mine_.depth++ != 0) return;
    if (mine_.slot == nullptr) mine_.slot = take_slot();
    mine_.slot->pinned.store(epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
  }

  static void unpin() noexcept {
    if (--mine_.depth == 0) mine_.slot->pinned.store(0, std::memory_order_release);
  }

  /// Ends the present epoch and returns its number: the tag of what has just been replaced.
  static uint64_t advance() noexcept { return epoch_.fetch_add(1, std::memory_order_seq_cst); }

  /// The oldest epoch somebody is pinned in, or the largest number if nobody is.
  static uint64_t oldest() noexcept;

  /// Slots there are, in use or not: grows by 64, never shrinks. For tests and `status`.
  static uint32_t slot_count() noexcept;

 private:
  struct alignas(64) Slot {
    std::atomic<uint64_t> pinned{0};
    std::atomic<bool> is_taken{false};
  };
  struct Block {
    Slot slots[64];
    std::atomic<Block*> next{nullptr};
  };
  // Trivial on purpose: a thread_local with a destructor would put a call in front of every access.
  struct Mine {
    Slot* slot;
    uint32_t depth;
  };
  struct GiveBack;

  static Slot* take_slot() noexcept;

  static constinit std::atomic<uint64_t> epoch_;
  static constinit Block first_;  // the others live on the heap and are never freed: a late thread may look at them
  static inline constinit thread_local Mine mine_{nullptr, 0};
};

}  // namespace freshet
