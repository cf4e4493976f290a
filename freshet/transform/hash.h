#pragma once
#include <array>
#include <memory>

#include "freshet/core/transformer.h"

namespace freshet {

struct HashOptions {
  uint32_t bits = 18;
  bool is_signed = false;
};
inline constexpr std::array kHashOptions{
    option<&HashOptions::bits>("bits", "Features left: 2^bits.", 1, 30, "log2"),
    option<&HashOptions::is_signed>(
        "signed", "Half of the features change sign, so that collisions cancel on average.")};

/// Any number of features in 2^bits: each goes to the index that its hash names, collisions share it.
///
/// Index and sign come from one 32-bit hash of the feature's index (a nominal pair: of `mix(feature, category)`, value 1).
/// Dense features become indexed ones; colliding features stay separate entries of one index. Keeps nothing.
/// Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
class Hash final : public Transformer {
 public:
  using Options = HashOptions;
  static constexpr std::span<const OptionSpec> kOptions = kHashOptions;

  explicit Hash(const HashOptions& options = {}) noexcept : options_(options) {}

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
  HashOptions options_;
};

}  // namespace freshet
