#pragma once
#include "freshet/learn/baseline/baseline.h"

namespace freshet {

inline constexpr char kLastClass[] = "last_class";

/// Predicts the class of the example before. The baseline that shows how much a stream repeats itself.
///
/// Merged, it keeps its own last class: which part came last is not known.
class LastClass final : public Baseline<LastClass, kLastClass, Label::one_class> {
 public:
  const Info& info() const noexcept override;
  uint32_t outputs() const noexcept override { return class_outputs(classes_); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

  void update(const Example& x) noexcept;
  void add(const LastClass& other) noexcept;

 private:
  uint32_t last_ = 0, classes_ = 0;  // classes_: largest id met, plus one
};

}  // namespace freshet
