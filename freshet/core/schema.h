#pragma once
/// Names and the small integers that stand for them: features, categories of nominal features,
/// classes of the label.
///
/// A schema only grows. One writer adds names; any number of readers may look names up at the same
/// time, without waiting: entries never move, and the index that finds them is published with
/// release order when it grows. Saved with the model (chunk SCHM of the model file), so that a
/// model reads columns by name.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

class Schema {
 public:
  enum class Kind : uint8_t {
    numeric = 0,
    nominal = 1,
    text = 2
  };  // Written to files: never change.

  /// At most `max_names` features, categories and classes together; past that, adding answers
  /// `exhausted`.
  explicit Schema(uint32_t max_names = 1'000'000);
  ~Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;

  /// Id of a feature, added if new. Writer only. A known name of another kind: `invalid_argument`.
  Result<uint32_t> feature(std::string_view name, Kind kind) noexcept;
  /// Id of a category of nominal feature `feature`, added if new. Writer only.
  Result<uint32_t> category(uint32_t feature, std::string_view value) noexcept;
  /// Id of a class of the label, by first appearance, added if new. Writer only.
  Result<uint32_t> label_class(std::string_view value) noexcept;

  /// Look-ups never add; any thread.
  std::optional<uint32_t> find(std::string_view name) const noexcept;
  std::optional<uint32_t> find_category(uint32_t feature, std::string_view value) const noexcept;
  std::optional<uint32_t> find_class(std::string_view value) const noexcept;

  /// Names by id, empty when there is none. Views stay valid as long as the schema lives. Any
  /// thread.
  std::string_view name(uint32_t feature) const noexcept;
  std::string_view category_name(uint32_t feature, uint32_t category) const noexcept;
  std::string_view class_name(uint32_t label_class) const noexcept;
  Kind kind(uint32_t feature) const noexcept;  // numeric when there is none

  uint32_t feature_count() const noexcept;
  uint32_t category_count(uint32_t feature) const noexcept;
  uint32_t class_count() const noexcept;

  /// The bytes of chunk SCHM. `encode` writes them; `decode` checks every length before use:
  /// `corrupt`, nothing kept.
  std::size_t encoded_size() const noexcept;
  void encode(std::span<std::byte> out) const noexcept;  // REQUIRES: out.size() == encoded_size()
  static Result<Schema> decode(std::span<const std::byte> bytes,
                               uint32_t max_names = 1'000'000) noexcept;

  Result<std::unique_ptr<Schema>> clone() const noexcept;

 private:
  struct Names;
  std::unique_ptr<Names> names_;
};

}  // namespace freshet
