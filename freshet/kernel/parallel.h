#pragma once
#include <cstddef>
#include <memory>
#include <type_traits>

namespace freshet::kernel {

/// "Run f(i) for every i in [0, n)": a plain loop, unless the runtime puts its pool of threads
/// behind it.
///
/// Rings 0-2 have no threads; an ensemble asks its Registry's Parallel to run its members. Each
/// f(i) must leave alone what another f(j) touches; results may then not depend on the order, and
/// the same bits come out of any pool.
///
///     parallel(members.size(), [&](std::size_t i) { members[i].learn(block); });
///
/// Returns when all calls are done. Threads: any, unless the pool says otherwise.
class Parallel {
 public:
  using Each = void (*)(void* self, std::size_t i) noexcept;
  using Run = void (*)(void* context, std::size_t n, void* self, Each each) noexcept;

  /// The plain loop.
  constexpr Parallel() noexcept = default;

  /// run: calls each(self, i) once for every i in [0, n) and returns when all are done.  context:
  /// borrowed.
  constexpr Parallel(Run run, void* context) noexcept : run_(run), context_(context) {}

  template <class F>
  void operator()(std::size_t n, F&& f) const noexcept {
    if (run_ == nullptr || n < 2) {
      for (std::size_t i = 0; i < n; i++)
        f(i);
      return;
    }
    using Body = std::remove_reference_t<F>;
    const Each each = [](void* self, std::size_t i) noexcept { (*static_cast<Body*>(self))(i); };
    run_(context_, n, const_cast<void*>(static_cast<const void*>(std::addressof(f))), each);
  }

 private:
  Run run_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace freshet::kernel
