#pragma once
#include "freshet/base/moments.h"
#include "freshet/learn/baseline/baseline.h"

namespace freshet {

inline constexpr char kMean[] = "mean";

/// Predicts the mean of the targets so far, 0 before any. The baseline that knows nothing of the features.
class Mean final : public Baseline<Mean, kMean, Label::number> {
 public:
  const Info& info() const noexcept override;
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

  void update(const Example& x) noexcept;
  void add(const Mean& other) noexcept;

 private:
  Moments moments_;
};

}  // namespace freshet
