#pragma once
/// Walks once over a JSON row, with simdjson's On-Demand parser, and collects what its members hold.

#include <span>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "freshet/ingest/json/json_members.h"
#include "freshet/ingest/json/json_row.h"

namespace freshet {

class JsonWalk {
 public:
  /// `members` is borrowed, and learns names; `missing`: texts that are no value, borrowed.
  JsonWalk(JsonMembers& members, std::span<const std::string> missing) noexcept
      : members_(members), missing_(missing) {}

  /// Fills row.held from row.text. False: row.bad says why.
  bool walk(JsonRow& row) noexcept;

 private:
  using Value = simdjson::ondemand::value;

  bool object(simdjson::ondemand::object& object, JsonMember* parent, int depth) noexcept;
  bool value(Value& value, JsonMember& member, int depth) noexcept;
  bool array(Value& value, JsonMember& member, int depth) noexcept;
  bool skipped(Value& value, int depth) noexcept;
  bool number(Value& value, JsonMember& member) noexcept;
  bool text(Value& value, JsonMember& member) noexcept;
  bool meets(JsonMember& member, const char* at) noexcept;

  JsonMembers& members_;
  const std::span<const std::string> missing_;
  simdjson::ondemand::parser parser_;
  uint64_t rows_ = 0;      // walked so far
  std::size_t place_ = 0;  // members of this row so far
  JsonRow* row_ = nullptr;
};

}  // namespace freshet
