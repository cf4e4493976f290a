#pragma once
/// A function to call once, later, perhaps on another thread. Move-only, so that it may own a reply.

#include <memory>
#include <type_traits>
#include <utility>

namespace freshet {

template <class... Args>
class Callback {
  struct Base {
    virtual ~Base() = default;
    virtual void call(Args... args) noexcept = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F&& f) : function(std::move(f)) {}
    void call(Args... args) noexcept override { function(std::forward<Args>(args)...); }
    F function;
  };

 public:
  Callback() noexcept = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> && std::is_invocable_v<std::decay_t<F>&, Args...>)
  Callback(F&& function)  // NOLINT(google-explicit-constructor): a lambda is given where one is asked for
      : held_(std::make_unique<Holder<std::decay_t<F>>>(std::decay_t<F>(std::forward<F>(function)))) {}

  explicit operator bool() const noexcept { return held_ != nullptr; }

  /// Calls it and lets it go. Without a function: nothing.
  void operator()(Args... args) noexcept {
    if (std::unique_ptr<Base> held = std::move(held_)) held->call(std::forward<Args>(args)...);
  }

 private:
  std::unique_ptr<Base> held_;
};

}  // namespace freshet
