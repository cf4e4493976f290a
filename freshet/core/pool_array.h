#pragma once
/// An array of plain numbers that grows in a model's pool, so that it counts towards the model's byte limit.

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

#include "freshet/base/pool.h"

namespace freshet {

/// Invariant: everything from size() to the capacity is zero. Belongs to one owner, beside the pool that outlives it.
template <class T>
class PoolArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit PoolArray(Pool& pool) noexcept : pool_(&pool) {}
  ~PoolArray() { pool_->give(data_, capacity_ * sizeof(T)); }
  PoolArray(const PoolArray&) = delete;
  PoolArray& operator=(const PoolArray&) = delete;

  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t k) noexcept { return data_[k]; }
  const T& operator[](std::size_t k) const noexcept { return data_[k]; }
  std::span<T> span() noexcept { return {data_, size_}; }
  std::span<const T> span() const noexcept { return {data_, size_}; }

  /// Room for `capacity` elements, by doubling; false at the pool's limit, and nothing changed.
  bool reserve(std::size_t capacity) noexcept {
    if (capacity <= capacity_) return true;
    std::size_t room = capacity_ < 8 ? 8 : capacity_;
    while (room < capacity)
      room *= 2;
    if (grow(room)) return true;
    return room != capacity && grow(capacity);  // near the limit: just what is asked for
  }
  /// Sets the size; new elements are zero. False at the pool's limit, and nothing changed.
  bool resize(std::size_t size) noexcept {
    if (!reserve(size)) return false;
    if (size < size_) std::memset(static_cast<void*>(data_ + size), 0, (size_ - size) * sizeof(T));
    size_ = size;
    return true;
  }
  /// REQUIRES: reserved.
  void push(const T& value) noexcept { data_[size_++] = value; }
  /// False at the pool's limit, and nothing changed.
  bool assign(std::span<const T> values) noexcept {
    if (!resize(values.size())) return false;
    if (!values.empty()) std::memcpy(static_cast<void*>(data_), values.data(), values.size_bytes());
    return true;
  }

 private:
  bool grow(std::size_t capacity) noexcept {
    if (capacity > SIZE_MAX / 2 / sizeof(T)) return false;
    T* fresh = static_cast<T*>(pool_->take(capacity * sizeof(T)));
    if (fresh == nullptr) return false;
    if (size_ != 0) std::memcpy(static_cast<void*>(fresh), data_, size_ * sizeof(T));
    std::memset(static_cast<void*>(fresh + size_), 0, (capacity - size_) * sizeof(T));
    pool_->give(data_, capacity_ * sizeof(T));
    data_ = fresh;
    capacity_ = capacity;
    return true;
  }

  Pool* pool_;
  T* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace freshet
