#pragma once
/// Where the values of a request's body lie once they are read: a first block at hand, then what the budget allows.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory_resource>
#include <span>

namespace freshet {

/// What a request that doesn't fit is told.
inline constexpr const char* kTooMuchAtOnce = "too much is being received at present; try again";

/// Counts memory that requests hold, against what all may hold.
class BodyBudget {
 public:
  virtual ~BodyBudget() = default;
  /// False: it doesn't fit, and nothing was charged.
  virtual bool charge(std::size_t bytes) noexcept = 0;
};

/// The memory of one request after another. Threads: one at a time.
class BodyMemory {
 public:
  explicit BodyMemory(BodyBudget& budget) noexcept : budget_(budget) {}
  BodyMemory(const BodyMemory&) = delete;
  BodyMemory& operator=(const BodyMemory&) = delete;

  /// Room for `count` values, aligned for 8 bytes at least, not made yet; null when the budget is used up. What fits the
  /// first block isn't worth counting.
  template <class T>
  T* take(std::size_t count) {
    if (count * sizeof(T) > first_block_.size() && !budget_.charge(count * sizeof(T))) {
      is_used_up_ = true;
      return nullptr;
    }
    return static_cast<T*>(resource_.allocate(std::max<std::size_t>(count, 1) * sizeof(T),
                                              std::max<std::size_t>(alignof(T), 8)));
  }
  std::span<const int64_t> keep_shape(std::span<const int64_t> shape) {
    auto* const kept =
        static_cast<int64_t*>(resource_.allocate(shape.size() * sizeof(int64_t), alignof(int64_t)));
    std::copy(shape.begin(), shape.end(), kept);
    return {kept, shape.size()};
  }
  std::span<const int64_t> keep_shape(std::initializer_list<int64_t> shape) {
    return keep_shape(std::span(shape.begin(), shape.size()));
  }
  /// For unescaped strings.
  std::pmr::memory_resource* resource() noexcept { return &resource_; }

  /// A take() was refused since clear().
  bool is_used_up() const noexcept { return is_used_up_; }
  /// Gives everything back; what was charged is the budget's owner's.
  void clear() noexcept {
    resource_.release();
    is_used_up_ = false;
  }

 private:
  BodyBudget& budget_;
  alignas(64) std::array<std::byte, 4096> first_block_;
  std::pmr::monotonic_buffer_resource resource_{first_block_.data(), first_block_.size()};
  bool is_used_up_ = false;
};

}  // namespace freshet
