#pragma once
/// A value that one writer replaces and any number of readers look at, without anybody waiting.
///
///     Published<Weights> weights(std::move(first));
///     {                                              // any thread
///       auto now = weights.read();                   // pins this version: wait-free
///       use(*now);
///     }                                              // and lets it go
///     weights.publish(std::move(next));              // the writer: old versions are freed when nobody sees them
///
/// A Guard belongs to its thread and lasts one request: while it lives, no memory of any writer of the process comes
/// back. Whoever needs a version longer takes `guard.retain()`, a counted reference, and drops the guard.
///
/// The writer never waits for readers. Old versions pile up behind a stalled one; `is_full()` tells the writer to skip
/// publications until they drain, so that a stalled reader costs bounded memory and staleness, nothing else.
/// Why freeing is safe: runtime/epoch.h.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "freshet/runtime/epoch.h"

namespace freshet {

/// How much may wait to be freed before the writer should skip publications.
struct RetiredLimits {
  uint32_t objects = 8;
  uint64_t bytes = uint64_t{1} << 30;
  uint32_t spares = 1;  // drained versions kept for spare()
};

template <class T>
class Published {
  struct Node {
    std::atomic<uint32_t> references{1};  // one for the root or the retired list, one for each Retained
    std::unique_ptr<T> value;
    uint64_t bytes = 0;

    void drop() noexcept {
      if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }
  };

 public:
  /// A version kept by reference count, for longer than a request. Any thread; outlives the Published.
  class Retained {
   public:
    Retained() noexcept = default;
    Retained(const Retained& other) noexcept : node_(other.node_) {
      if (node_ != nullptr) node_->references.fetch_add(1, std::memory_order_relaxed);
    }
    Retained(Retained&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Retained& operator=(Retained other) noexcept {
      std::swap(node_, other.node_);
      return *this;
    }
    ~Retained() {
      if (node_ != nullptr) node_->drop();
    }

    explicit operator bool() const noexcept { return node_ != nullptr; }
    const T& operator*() const noexcept { return *node_->value; }
    const T* operator->() const noexcept { return node_->value.get(); }

   private:
    friend class Published;
    explicit Retained(Node* node) noexcept : node_(node) {
      node_->references.fetch_add(1, std::memory_order_relaxed);
    }
    Node* node_ = nullptr;
  };

  /// Pins one version while it lives. Neither copied nor moved: it belongs to its thread and its scope.
  class Guard {
   public:
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { EpochDomain::unpin(); }

    const T& operator*() const noexcept { return *node_->value; }
    const T* operator->() const noexcept { return node_->value.get(); }
    Retained retain() const noexcept { return Retained(node_); }

   private:
    friend class Published;
    explicit Guard(const std::atomic<Node*>& root) noexcept {
      EpochDomain::pin();
      node_ = root.load(std::memory_order_seq_cst);
    }
    Node* node_;
  };

  /// REQUIRES: `first` isn't null.
  explicit Published(std::unique_ptr<T> first, RetiredLimits limits = {}) noexcept : limits_(limits) {
    auto* node = new Node;
    node->value = std::move(first);
    root_.store(node, std::memory_order_seq_cst);
  }
  /// REQUIRES: no reader is inside. What is retained lives on.
  ~Published() {
    for (const Old& old : retired_) old.node->drop();
    root_.load(std::memory_order_seq_cst)->drop();
  }
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// Any thread. Wait-free but for a thread's first read in its life.
  Guard read() const noexcept { return Guard(root_); }

  /// Writer only. Readers see `next` from now on; old versions are freed when unseen. bytes: what `next` holds, for the
  /// limits. Never waits, never fails: a writer that minds the limits asks is_full() first.
  void publish(std::unique_ptr<T> next, uint64_t bytes = sizeof(T)) noexcept {
    auto* node = new Node;
    node->value = std::move(next);
    node->bytes = bytes;
    Node* old = root_.exchange(node, std::memory_order_seq_cst);
    retired_.push_back({old, EpochDomain::advance()});
    reclaim(limits_.spares);
  }

  /// Writer only. An old version that nobody sees and nobody retains, to be filled and published again; or null.
  std::unique_ptr<T> spare() noexcept {
    const uint64_t oldest = EpochDomain::oldest();
    for (auto old = retired_.begin(); old != retired_.end(); ++old) {
      if (!is_drained(*old, oldest)) continue;
      std::unique_ptr<T> value = std::move(old->node->value);
      delete old->node;
      retired_.erase(old);
      return value;
    }
    return nullptr;
  }

  /// Writer only. Frees what nobody sees, all but `keep` versions that spare() could give.
  void reclaim(uint32_t keep = 0) noexcept {
    const uint64_t oldest = EpochDomain::oldest();
    uint32_t kept = 0;
    std::erase_if(retired_, [&](const Old& old) {
      if (old.tag >= oldest) return false;
      if (kept < keep && is_drained(old, oldest)) {
        ++kept;
        return false;
      }
      old.node->drop();
      return true;
    });
  }

  /// Writer only. As much waits to be freed as the limits allow: skip publications, go on, ask again.
  bool is_full() noexcept {
    if (!over_limits()) return false;
    reclaim(0);
    return over_limits();
  }

  /// Writer only. Versions not freed yet, spares included.
  std::size_t retired_count() const noexcept { return retired_.size(); }

 private:
  struct Old {
    Node* node;
    uint64_t tag;
  };
  // Acquire: whoever let its reference go has finished reading.
  static bool is_drained(const Old& old, uint64_t oldest) noexcept {
    return old.tag < oldest && old.node->references.load(std::memory_order_acquire) == 1;
  }
  bool over_limits() const noexcept {
    uint64_t bytes = 0;
    for (const Old& old : retired_) bytes += old.node->bytes;
    return retired_.size() >= limits_.objects || (retired_.size() > 1 && bytes >= limits_.bytes);
  }

  std::atomic<Node*> root_{nullptr};
  const RetiredLimits limits_;
  std::vector<Old> retired_;  // the writer's
};

}  // namespace freshet
