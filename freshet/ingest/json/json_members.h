#pragma once
/// The members that JSON rows have, by full name (`outer.inner`, `name[0]`, `name=word`): what each
/// of them is, and the feature it became.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/schema.h"
#include "freshet/format/reader_options.h"

namespace freshet {

struct JsonMember {
  enum class Role : uint8_t { feature, target, weight, time, id, ignored };
  std::string name;  // full
  Role role = Role::feature;
  bool is_numeric_by_option = false;
  bool is_dropped = false;  // unknown to a model that only predicts, or the names are full
  std::optional<Schema::Kind> kind;
  uint32_t feature;                // schema id; kNone: none yet
  uint64_t row = 0;                // the last one that had it
  std::vector<JsonMember*> items;  // name[0], name[1] ...
};

class JsonMembers {
 public:
  /// `options` and `schema` are borrowed.
  JsonMembers(const ReaderOptions& options, Schema& schema) noexcept;

  /// The member `name` of `parent` (null: of the row itself), told by its name as it is written
  /// between the quotes; `place` counts the members of a row. Null: not met yet, ask find().
  JsonMember* at(std::size_t place, const JsonMember* parent, const char* raw,
                 const char* end) const noexcept;
  /// The same, known from now on. `raw` as written, `name` unescaped.
  JsonMember& find(std::size_t place, JsonMember* parent, std::string_view raw,
                   std::string_view name) noexcept;
  /// Item `index` of an array of numbers; `word` of an array of texts.
  JsonMember& item(JsonMember& array, std::size_t index) noexcept;
  JsonMember& word(JsonMember& array, std::string_view word) noexcept;

  /// The target is `member` from now on.
  void set_target(JsonMember& member) noexcept;
  std::string_view target() const noexcept { return target_; }
  /// --target, or a row, has said which member that is.
  bool has_target() const noexcept { return !target_.empty(); }

  /// The feature of a member, made where it is new and may be. kNone: it is dropped. Fails if the
  /// model knows it as another kind.
  Result<uint32_t> feature(JsonMember& member, Schema::Kind kind) noexcept;
  /// Features left out because the schema is full.
  uint64_t dropped() const noexcept { return dropped_; }
  /// Between rows: forgets names met, if they are too many. Ids stay, the schema has them.
  void trim() noexcept;

 private:
  struct Place {
    const JsonMember* parent = nullptr;
    JsonMember* member = nullptr;
    std::string raw;
  };
  JsonMember& named(std::string name, JsonMember::Role inherited) noexcept;
  JsonMember::Role role_of(std::string_view name) const noexcept;

  const ReaderOptions& options_;
  Schema& schema_;
  std::string target_;
  std::deque<JsonMember> members_;
  std::unordered_map<std::string_view, JsonMember*> by_name_;
  std::vector<Place> places_;
  uint64_t dropped_ = 0;
};

}  // namespace freshet
