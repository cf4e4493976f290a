#pragma once
/// What the learners have in common that look at no feature: nothing to set, and a state of a few numbers.
///
///     class Mean final : public Baseline<Mean, kMean, Label::number> {
///       void update(const Example& x) noexcept;      // x fits: learn() has looked at it
///       void add(const Mean& other) noexcept;        // for merge()

#include <memory>
#include <span>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"

namespace freshet {

/// Name: as the catalogue has it.
template <class Self, const auto& Name, Label kLabel>
class Baseline : public Learner {
 public:
  using Options = NoOptions;
  static constexpr std::span<const OptionSpec> kOptions = {};

  const void* options() const noexcept final { return &options_; }
  Label label() const noexcept final { return kLabel; }
  Status check(const Example& x) const noexcept final {
    if constexpr (kLabel == Label::one_class) return check_class<Name>(x, false);
    return check_target<Name>(x);
  }
  Status learn(const Example& x, std::span<float> before) noexcept final {
    FRESHET_TRY(check(x));
    if (!before.empty()) predict(x, before);
    static_cast<Self*>(this)->update(x);
    return {};
  }
  Result<std::unique_ptr<Learner>> clone() const noexcept final {
    return std::unique_ptr<Learner>(new Self(self()));
  }
  Status copy_into(Learner& spare) const noexcept final {
    if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
    static_cast<Self&>(spare) = self();
    return {};
  }
  Status merge(const Learner& same_kind) noexcept final {
    if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
    static_cast<Self*>(this)->add(static_cast<const Self&>(same_kind));
    return {};
  }

 protected:
  using Says = Complaints<Name>;

 private:
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }

  NoOptions options_;
};

}  // namespace freshet
