#pragma once
/// A transform: learns from examples as they pass and rewrites them. `apply` is pure.

#include <memory>

#include "freshet/base/status.h"
#include "freshet/core/component.h"
#include "freshet/core/example.h"

namespace freshet {

class ExampleBuffer;

class Transformer : public Component {
 public:
  /// Default: learns nothing. REQUIRES: x is finite (the pipeline has checked).
  virtual void learn(const Example& x) noexcept;
  /// Writes the transformed example to `out`, which owns storage and is cleared first; label,
  /// weight and time are the pipeline's business. Never allocates once `out` has grown to size.
  virtual Status apply(const Example& in, ExampleBuffer& out) const noexcept = 0;
  /// Turns raw-score parts of the transformed features back into parts of the original ones, shape
  /// [d + 1] in place. Default: leaves them (a transform that keeps features one to one).
  virtual Status explain(const Example& in, std::span<float> parts) const noexcept;
  virtual Result<std::unique_ptr<Transformer>> clone() const noexcept = 0;
  /// Default: `unsupported`.
  virtual Status copy_into(Transformer& spare) const noexcept;
  virtual Status merge(const Transformer& same_kind) noexcept;
};

}  // namespace freshet
