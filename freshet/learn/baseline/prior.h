#pragma once
#include <vector>

#include "freshet/learn/baseline/baseline.h"

namespace freshet {

inline constexpr char kPrior[] = "prior";

/// Predicts how often each class has come so far. The baseline that knows nothing of the features.
class Prior final : public Baseline<Prior, kPrior, Label::one_class> {
 public:
  const Info& info() const noexcept override;
  uint32_t outputs() const noexcept override { return class_outputs(weight_.size()); }
  std::size_t bytes() const noexcept override { return weight_.capacity() * sizeof(double); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

  void update(const Example& x) noexcept;
  void add(const Prior& other) noexcept;

 private:
  std::vector<double> weight_;  // by class
  double total_ = 0;
};

}  // namespace freshet
