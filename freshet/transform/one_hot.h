#pragma once
#include <array>
#include <memory>

#include "freshet/core/transformer.h"

namespace freshet {

struct OneHotOptions {
  uint32_t max = 1000;
};
inline constexpr std::array kOneHotOptions{option<&OneHotOptions::max>(
    "max", "Categories of a feature told apart; later ones share one.", 1, 16777216)};

/// Every nominal pair becomes a numeric feature of value 1, at `mix(feature, category)`.
///
/// Learners of linear scores read nominal pairs that way themselves; this is for those that only read numbers. Categories
/// are numbered by first appearance; those from `max` on share one feature. Numeric features pass as they are, before the
/// new ones. Keeps nothing.
class OneHot final : public Transformer {
 public:
  using Options = OneHotOptions;
  static constexpr std::span<const OptionSpec> kOptions = kOneHotOptions;

  explicit OneHot(const OneHotOptions& options = {}) noexcept : options_(options) {}

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Status apply(const Example& in, ExampleBuffer& out) const noexcept override;
  Result<std::unique_ptr<Transformer>> clone() const noexcept override;
  Status copy_into(Transformer& spare) const noexcept override;
  /// There is nothing to join.
  Status merge(const Transformer& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  OneHotOptions options_;
};

}  // namespace freshet
