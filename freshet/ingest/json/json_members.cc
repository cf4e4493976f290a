#include "freshet/ingest/json/json_members.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/chars.h"
#include "freshet/core/component.h"

namespace freshet {
namespace {

using Role = JsonMember::Role;
constexpr std::size_t kMostMembers = 1'100'000;  // a little over the schema's limit
constexpr std::size_t kMostPlaces = 65536;

bool has(const std::vector<std::string>& names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

JsonMembers::JsonMembers(const ReaderOptions& options, Schema& schema) noexcept
    : options_(options), schema_(schema) {
  if (options.label != Target::none) target_ = options.target;
}

JsonMember* JsonMembers::at(std::size_t place, const JsonMember* parent, const char* raw,
                            const char* end) const noexcept {
  if (place >= places_.size()) return nullptr;
  const Place& known = places_[place];
  const std::size_t size = known.raw.size();
  const bool is_same = known.parent == parent && static_cast<std::size_t>(end - raw) > size &&
                       std::memcmp(raw, known.raw.data(), size) == 0 && raw[size] == '"';
  return is_same ? known.member : nullptr;
}

JsonMember& JsonMembers::find(std::size_t place, JsonMember* parent, std::string_view raw,
                              std::string_view name) noexcept {
  const Role inherited =
      parent != nullptr && parent->role == Role::ignored ? Role::ignored : Role::feature;
  JsonMember& member = named(
      parent == nullptr ? std::string(name) : parent->name + "." + std::string(name), inherited);
  if (place < kMostPlaces) {
    if (place >= places_.size()) places_.resize(place + 1);
    places_[place] = {parent, &member, std::string(raw)};
  }
  return member;
}

JsonMember& JsonMembers::item(JsonMember& array, std::size_t index) noexcept {
  while (array.items.size() <= index) {
    const std::string name =
        array.name + "[" + std::string(Digits(array.items.size()).text()) + "]";
    array.items.push_back(&named(name, array.role));
  }
  return *array.items[index];
}

JsonMember& JsonMembers::word(JsonMember& array, std::string_view word) noexcept {
  return named(array.name + "=" + std::string(word), array.role);
}

Role JsonMembers::role_of(std::string_view name) const noexcept {
  if (!target_.empty() && name == target_) return Role::target;
  if (!options_.weight.empty() && name == options_.weight) return Role::weight;
  if (!options_.time.empty() && name == options_.time) return Role::time;
  if (!options_.id.empty() && name == options_.id) return Role::id;
  return has(options_.ignore, name) ? Role::ignored : Role::feature;
}

JsonMember& JsonMembers::named(std::string name, Role inherited) noexcept {
  if (const auto known = by_name_.find(name); known != by_name_.end()) return *known->second;
  JsonMember& member = members_.emplace_back();
  member.name = std::move(name);
  member.role = inherited == Role::ignored ? inherited : role_of(member.name);
  member.feature = kNone;
  member.is_numeric_by_option = has(options_.numeric, member.name);
  if (has(options_.nominal, member.name)) member.kind = Schema::Kind::nominal;
  if (has(options_.text, member.name)) member.kind = Schema::Kind::text;
  if (member.is_numeric_by_option) member.kind = Schema::Kind::numeric;
  if (const auto id = schema_.find(member.name)) member.kind = schema_.kind(*id);
  by_name_.emplace(member.name, &member);
  return member;
}

void JsonMembers::set_target(JsonMember& member) noexcept {
  target_ = member.name;
  member.role = Role::target;
}

Result<uint32_t> JsonMembers::feature(JsonMember& member, Schema::Kind kind) noexcept {
  if (member.feature != kNone || member.is_dropped) {
    dropped_ += member.is_dropped && options_.learning;
    return member.feature;
  }
  if (!options_.learning) {
    const std::optional<uint32_t> id = schema_.find(member.name);
    member.is_dropped = !id;
    member.feature = id.value_or(kNone);
    return member.feature;
  }
  Result<uint32_t> id = schema_.feature(member.name, kind);
  if (!id.ok() && id.status().code() != Code::exhausted) return id;
  member.is_dropped = !id.ok();
  dropped_ += member.is_dropped;
  if (id.ok()) {
    member.feature = *id;
    member.kind = kind;
  }
  return member.feature;
}

void JsonMembers::trim() noexcept {
  if (members_.size() < kMostMembers) return;
  places_.clear();
  by_name_.clear();
  members_.clear();
}

}  // namespace freshet
