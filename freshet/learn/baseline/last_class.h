#pragma once
#include <memory>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"

namespace freshet {

/// Predicts the class of the example before. The baseline that shows how much a stream repeats itself.
///
/// Merged, it keeps its own last class: which part came last is not known.
class LastClass final : public Learner {
 public:
  using Options = NoOptions;
  static constexpr std::span<const OptionSpec> kOptions = {};

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override { return class_outputs(classes_); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  NoOptions options_;
  uint32_t last_ = 0, classes_ = 0;  // classes_: largest id met, plus one
};

}  // namespace freshet
