#pragma once
#include "freshet/learn/baseline/baseline.h"

namespace freshet {

inline constexpr char kLastValue[] = "last_value";

/// Predicts the target of the example before, 0 before any. The baseline that shows how much a stream repeats itself.
///
/// Merged, it keeps its own last value: which part came last is not known.
class LastValue final : public Baseline<LastValue, kLastValue, Label::number> {
 public:
  const Info& info() const noexcept override;
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

  void update(const Example& x) noexcept;
  void add(const LastValue& other) noexcept;

 private:
  float last_ = 0;
};

}  // namespace freshet
