#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

/// Sharing plain floats and integers between one writer and many readers, without locks.
///
/// The writer loads its own weights plainly and stores with live_store; readers load with
/// live_load. Only the stores race with readers, so only they are atomic; both are relaxed and
/// compile to plain moves. A loop is written once, as a template over the policy, and instantiated
/// with PlainLoad for the writer and LiveLoad for readers:
///
///     template <class Load> float margin(const float* w, ...) { ... sum += x * Load::load(w[i]);
///     ... }
///
/// Builtins, not std::atomic_ref: that would forbid the plain loads, and some of our libraries lack
/// it.
namespace freshet {

template <class T>
concept Live = std::is_trivially_copyable_v<T> &&
               (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8);

/// Writer only.  REQUIRES: `to` is aligned to its size.
template <Live T>
inline void live_store(T& to, std::type_identity_t<T> value) noexcept {
  __atomic_store(&to, &value, __ATOMIC_RELAXED);
}

/// Any thread.  REQUIRES: `from` is aligned to its size.
template <Live T>
inline T live_load(const T& from) noexcept {
  T value;
  __atomic_load(&from, &value, __ATOMIC_RELAXED);
  return value;
}

/// Makes everything the writer stored before visible to whoever loads the new value with `acquire_load`. Writer only.
template <Live T>
inline void release_store(T& to, std::type_identity_t<T> value) noexcept {
  __atomic_store(&to, &value, __ATOMIC_RELEASE);
}

/// Any thread.
template <Live T>
inline T acquire_load(const T& from) noexcept {
  T value;
  __atomic_load(&from, &value, __ATOMIC_ACQUIRE);
  return value;
}

/// Loads for the writer, and for readers of what nobody is changing.
struct PlainLoad {
  template <class T>
  static T load(const T& from) noexcept {
    return from;
  }
};

/// Loads for readers of what one writer is changing.
struct LiveLoad {
  template <Live T>
  static T load(const T& from) noexcept {
    return live_load(from);
  }
};

}  // namespace freshet
