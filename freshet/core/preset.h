#pragma once
/// A learner that keeps its options and is otherwise its base with these settings.

#include <memory>
#include <utility>

#include "freshet/core/learner.h"

namespace freshet {

/// options(), make() and clone() of `Self`, which is made from its options alone, calls this a friend where that is private,
/// and has, of its own or from `Base`:
///   Status start() noexcept;                    takes the memory it needs
///   Status assign(const Self& from) noexcept;   copies what `from`, of the same options, has learned
template <class Self, class SelfOptions, class Base>
class Preset : public Base {
 public:
  using Options = SelfOptions;

  /// `exhausted` when its state is more than memory or the machine has.
  static Result<std::unique_ptr<Self>> make(const Options& options = {}) noexcept {
    std::unique_ptr<Self> made(new Self(options));
    FRESHET_TRY(made->start());
    return made;
  }
  const void* options() const noexcept override { return &options_; }
  Result<std::unique_ptr<Learner>> clone() const noexcept override {
    FRESHET_TRY_ASSIGN(std::unique_ptr<Self> copy, make(options_));
    FRESHET_TRY(copy->assign(static_cast<const Self&>(*this)));
    return std::unique_ptr<Learner>(std::move(copy));
  }

 protected:
  template <class... Args>
  explicit Preset(const Options& options, Args&&... args) noexcept
      : Base(std::forward<Args>(args)...), options_(options) {}

  Options options_;
};

}  // namespace freshet
