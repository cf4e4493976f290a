#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/interactions.h"
#include "freshet/core/transformer.h"

namespace freshet {

struct CrossOptions {
  std::string_view lists = {};
  std::string_view columns = {};
  uint32_t bits = 18;
};
inline constexpr std::array kCrossOptions{
    option<&CrossOptions::lists>(
        "lists", "Groups whose features are multiplied: \"ab,abc,::\", as vw's interactions."),
    option<&CrossOptions::columns>("columns",
                                   "Columns to multiply, by their place from 0: \"0*1,0*2*3\"."),
    option<&CrossOptions::bits>("bits", "Products go to 2^bits indices, by hashing.", 1, 32,
                                "log2")};

/// Products of features as features of their own, beside those that they are made of.
///
/// lists: for each feature i of group a and j of group b the index (16777619 i) xor j and the product of their values, longer
/// lists nested; `:` stands for every group met so far: the interactions of `vw` (core/interactions.h), for learners that have
/// none. columns: the same of columns, two to eight; a nominal one counts 1 at the index of its category, an absent one
/// makes nothing. Indices are taken mod 2^bits. Keeps nothing, but for ':' which groups it has met.
/// Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
class Cross final : public Transformer {
 public:
  using Options = CrossOptions;
  static constexpr std::span<const OptionSpec> kOptions = kCrossOptions;

  /// `invalid_argument`: lists or columns can't be read. Both empty: nothing is made.
  static Result<std::unique_ptr<Cross>> make(const CrossOptions& options) noexcept;

  const Info& info() const noexcept override;
  uint32_t traits() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  void learn(const Example& x) noexcept override;
  Status apply(const Example& in, ExampleBuffer& out) const noexcept override;
  Result<std::unique_ptr<Transformer>> clone() const noexcept override;
  Status copy_into(Transformer& spare) const noexcept override;
  /// Groups that either has met.
  Status merge(const Transformer& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  Cross() noexcept = default;
  bool widens() const noexcept { return options_.lists.find(':') != std::string_view::npos; }
  Status read_columns() noexcept;

  std::string lists_, columns_;  // what options_ shows
  CrossOptions options_;
  Interactions interactions_;
  std::vector<std::vector<uint32_t>> products_;  // places of columns
};

}  // namespace freshet
