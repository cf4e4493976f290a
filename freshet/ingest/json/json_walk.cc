#include "freshet/ingest/json/json_walk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/ingest/json/json_fault.h"

namespace freshet {
namespace {

namespace ondemand = simdjson::ondemand;
using Role = JsonMember::Role;
using Kind = Schema::Kind;

constexpr std::size_t kLongestNumber = 1000;  // characters

bool is_null(ondemand::value& value) noexcept {
  bool answer = false;
  return value.is_null().get(answer) == simdjson::SUCCESS && answer;
}

// Nothing stands behind what was read.
bool is_used_up(ondemand::document& document) noexcept {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

// A fault that the parser has found, and whose place it doesn't know: walk() looks for it.
bool refused() noexcept {
  return false;
}

}  // namespace

bool JsonWalk::walk(JsonRow& row) noexcept {
  members_.trim();
  row_ = &row;
  place_ = 0;
  ++rows_;
  const char* begin = row.text.begin;
  const auto size = static_cast<std::size_t>(row.text.end - begin);
  if (const char* at = find_control(row.text))
    return row.fail(Reason::control, "a control byte", at);
  ondemand::document document;
  ondemand::object root;
  const bool is_good =
      parser_.iterate(begin, size, size + simdjson::SIMDJSON_PADDING).get(document) ==
          simdjson::SUCCESS &&
      document.get_object().get(root) == simdjson::SUCCESS && object(root, nullptr, 1);
  if (is_good && is_used_up(document)) return true;
  if (row.is_bad) return false;
  const JsonFault fault = find_json_fault({begin, size});
  return row.fail(fault.reason, fault.why != nullptr ? fault.why : "no JSON that can be read",
                  begin + fault.at);
}

bool JsonWalk::meets(JsonMember& member, const char* at) noexcept {
  if (std::exchange(member.row, rows_) != rows_) return true;
  return row_->fail(Reason::json, "a repeated member", at, member.name);
}

bool JsonWalk::object(ondemand::object& object, JsonMember* parent, int depth) noexcept {
  for (auto each : object) {
    ondemand::field field;
    if (std::move(each).get(field) != simdjson::SUCCESS) return refused();
    const char* raw = field.key().raw();
    const std::size_t place = place_++;
    JsonMember* member = members_.at(place, parent, raw, row_->text.end);
    if (member == nullptr) {
      std::string_view name;
      if (field.unescaped_key().get(name) != simdjson::SUCCESS) return refused();
      const char* close = raw;
      while (*close != '"')
        close += *close == '\\' ? 2 : 1;
      member = &members_.find(place, parent, {raw, static_cast<std::size_t>(close - raw)}, name);
    }
    if (!meets(*member, raw - 1)) return false;
    if (!value(field.value(), *member, depth)) return false;
  }
  return true;
}

bool JsonWalk::value(Value& value, JsonMember& member, int depth) noexcept {
  if (member.role == Role::ignored) return skipped(value, depth);
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return refused();
  switch (type) {
    case ondemand::json_type::number:
      return number(value, member);
    case ondemand::json_type::string:
      return text(value, member);
    case ondemand::json_type::boolean: {
      bool is_true = false;
      const char* at = value.raw_json_token().data();
      if (value.get_bool().get(is_true) != simdjson::SUCCESS) return refused();
      row_->held.push_back(
          {&member, JsonRow::What::boolean, is_true ? 1.0f : 0.0f, is_true ? "true" : "false", at});
      return true;
    }
    case ondemand::json_type::null:
      return is_null(value) || refused();
    case ondemand::json_type::array:
      return depth < kMaxJsonDepth ? array(value, member, depth + 1) : refused();
    case ondemand::json_type::object: {
      if (depth == kMaxJsonDepth) return refused();
      ondemand::object inner;
      return value.get_object().get(inner) == simdjson::SUCCESS ? object(inner, &member, depth + 1)
                                                                : refused();
    }
  }
  return refused();
}

// Numbers: items by their place. Texts: a feature for each. Anything else is an error.
bool JsonWalk::array(Value& value, JsonMember& member, int depth) noexcept {
  ondemand::array array;
  const char* open = value.raw_json_token().data();
  if (value.get_array().get(array) != simdjson::SUCCESS) return refused();
  std::size_t count = 0;
  bool is_words = false;
  for (auto each : array) {
    ondemand::value item;
    ondemand::json_type type;
    if (each.get(item) != simdjson::SUCCESS || item.type().get(type) != simdjson::SUCCESS)
      return refused();
    const char* at = item.raw_json_token().data();
    const bool is_word = type == ondemand::json_type::string;
    if (is_word ? count != 0 && !is_words : type != ondemand::json_type::number || is_words) {
      if (!skipped(item, depth)) return false;  // a fault of the text comes first
      return row_->fail(Reason::json, "expected an array of numbers, or one of texts", open,
                        member.name);
    }
    if (is_word) {
      std::string_view word;
      if (item.get_string().get(word) != simdjson::SUCCESS) return refused();
      JsonMember& feature = members_.word(member, word);
      if (!meets(feature, at)) return false;
      feature.kind = feature.kind.value_or(Kind::numeric);
      row_->held.push_back({&feature, JsonRow::What::boolean, 1, "1", at});
    } else {
      JsonMember& feature = members_.item(member, count);
      if (!meets(feature, at) || !number(item, feature)) return false;
    }
    is_words = is_word;
    ++count;
  }
  return true;
}

// What is ignored must be JSON, too.
bool JsonWalk::skipped(Value& value, int depth) noexcept {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return refused();
  switch (type) {
    case ondemand::json_type::number: {
      std::string_view token = value.raw_json_token();
      token = token.substr(0, token.find_last_not_of(" \t") + 1);
      double ignored = 0;
      return value.get_double().get(ignored) == simdjson::SUCCESS || is_json_number(token) ||
             refused();
    }
    case ondemand::json_type::string: {
      std::string_view ignored;
      return value.get_string().get(ignored) == simdjson::SUCCESS || refused();
    }
    case ondemand::json_type::boolean: {
      bool ignored = false;
      return value.get_bool().get(ignored) == simdjson::SUCCESS || refused();
    }
    case ondemand::json_type::null:
      return is_null(value) || refused();
    case ondemand::json_type::array: {
      ondemand::array array;
      if (depth == kMaxJsonDepth || value.get_array().get(array) != simdjson::SUCCESS)
        return refused();
      for (auto each : array) {
        ondemand::value item;
        if (each.get(item) != simdjson::SUCCESS) return refused();
        if (!skipped(item, depth + 1)) return false;
      }
      return true;
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (depth == kMaxJsonDepth || value.get_object().get(object) != simdjson::SUCCESS)
        return refused();
      for (auto each : object) {
        ondemand::field field;
        std::string_view ignored;
        if (std::move(each).get(field) != simdjson::SUCCESS) return refused();
        if (field.unescaped_key().get(ignored) != simdjson::SUCCESS) return refused();
        if (!skipped(field.value(), depth + 1)) return false;
      }
      return true;
    }
  }
  return refused();
}

bool JsonWalk::number(Value& value, JsonMember& member) noexcept {
  std::string_view token = value.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t") + 1);
  double exact = 0;
  const bool is_read = value.get_double().get(exact) == simdjson::SUCCESS;
  if (!is_read && !is_json_number(token)) return refused();
  if (token.size() > kLongestNumber)
    return row_->fail(Reason::json, "a number of more than 1,000 characters", token.data(),
                      member.name);
  // The float nearest to a decimal is the float nearest to its double, but where that double lies
  // in the middle of two floats, or floats have fewer digits.
  const bool is_between = (bit_cast<uint64_t>(exact) & 0x1fffffff) == 0x10000000;
  auto rounded = static_cast<float>(exact);
  if (!is_read || is_between || std::fabs(exact) < 0x1p-126) {
    const ParseResult r = parse_float32(token.data(), token.data() + token.size(), &rounded);
    if (!r.ok()) rounded = INFINITY;
  }
  if (std::isinf(rounded) && member.role != Role::time && member.role != Role::id) {
    return row_->fail(Reason::json, "a number beyond the range of float32", token.data(),
                      member.name, token);
  }
  row_->held.push_back({&member, JsonRow::What::number, rounded, token, token.data()});
  return true;
}

bool JsonWalk::text(Value& value, JsonMember& member) noexcept {
  const char* at = value.raw_json_token().data();
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return refused();
  const bool is_missing = std::find(missing_.begin(), missing_.end(), text) != missing_.end();
  if (!is_missing) row_->held.push_back({&member, JsonRow::What::text, 0, text, at});
  return true;
}

}  // namespace freshet
