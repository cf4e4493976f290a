#pragma once
/// The names that a call brings, each once in its block: the trainer turns them into ids.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "freshet/core/example_block.h"
#include "freshet/core/schema.h"

namespace freshet {

class BlockNames {
 public:
  using Kind = ExampleBlock::NameKind;

  explicit BlockNames(ExampleBlock& block) : block_(block) {}
  /// Its place in block.names, where it is added if it is new.
  uint32_t at(Kind kind, std::string_view text, uint32_t feature = 0) {
    return find(kind, kind, text, feature).first;
  }
  /// A feature; nothing if the model, or a row before this one, knows it as the other kind.
  std::optional<uint32_t> feature(Kind kind, std::string_view text, const Schema& schema) {
    const auto [at, is_new] = find(Kind::numeric, kind, text, 0);
    if (!is_new) return block_.names[at].kind == kind ? std::optional(at) : std::nullopt;
    const std::optional<uint32_t> known = schema.find(text);
    const bool is_numeric = known && schema.kind(*known) == Schema::Kind::numeric;
    return !known || is_numeric == (kind == Kind::numeric) ? std::optional(at) : std::nullopt;
  }

 private:
  /// Names of one `group` differ; (place, is it new).
  std::pair<uint32_t, bool> find(Kind group, Kind kind, std::string_view text, uint32_t feature) {
    std::string key(1, static_cast<char>('0' + static_cast<int>(group)));
    key += std::to_string(feature) + ":" + std::string(text);
    const auto [found, is_new] =
        known_.try_emplace(std::move(key), static_cast<uint32_t>(block_.names.size()));
    if (is_new) block_.names.push_back({kind, feature, std::string(text)});
    return {found->second, is_new};
  }

  ExampleBlock& block_;
  std::unordered_map<std::string, uint32_t> known_;
};

}  // namespace freshet
