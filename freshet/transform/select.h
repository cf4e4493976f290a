#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/core/transformer.h"

namespace freshet {

struct SelectOptions {
  std::string_view features = "0";
};
inline constexpr std::array kSelectOptions{option<&SelectOptions::features>(
    "features", "Indices to keep, such as 0,2-5; a column's is its place from 0.")};

/// Keeps the features named, drops the others.
///
/// Features are named by index: the place of a column, or of a name by first appearance. What is dropped is absent, not 0.
/// Dense features that stay become indexed ones. Keeps nothing.
class Select final : public Transformer {
 public:
  using Options = SelectOptions;
  static constexpr std::span<const OptionSpec> kOptions = kSelectOptions;

  /// `invalid_argument`: not a list of indices and ranges.
  static Result<std::unique_ptr<Select>> make(const SelectOptions& options) noexcept;

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
  Select() noexcept = default;
  bool keeps(uint32_t index) const noexcept;

  SelectOptions options_;
  std::string text_;                                   // what options_ shows
  std::vector<std::pair<uint32_t, uint32_t>> ranges_;  // first and last index, in order, apart
};

}  // namespace freshet
