#include "freshet/net/http/labels_json.h"

#include <string_view>

namespace freshet {
namespace {

constexpr std::size_t kMaxLabels = 65536;

// A number, a boolean as 0 or 1, or, of a target, a class's name.
bool read_target(JsonReader& in, FeedbackLabel& label) {
  const JsonReader::Kind kind = in.kind();
  if (kind == JsonReader::Kind::string && !label.is_reward) return in.read_string(label.text);
  label.has_number = true;
  if (kind == JsonReader::Kind::number) return in.read_double(label.number);
  if (kind != JsonReader::Kind::boolean)
    return in.expected(label.is_reward ? "a number" : "a number or a class's name");
  bool claim = false;
  const bool good = in.read_bool(claim);
  label.number = claim ? 1 : 0;
  return good;
}

bool read_id(JsonReader& in, FeedbackLabel& label) {
  if (!in.read_string(label.id)) return false;
  return (!label.id.empty() && label.id.size() <= kMaxId) || in.fail("expected 1 to 64 bytes");
}

bool read_member(JsonReader& in, std::string_view key, FeedbackLabel& label, bool& has_target) {
  if (key == "id") return read_id(in, label);
  if (key == "target" || key == "reward") {
    if (has_target) return in.fail("target and reward are both there; leave one out");
    has_target = true;
    label.is_reward = key == "reward";
    return read_target(in, label);
  }
  if (key == "weight") {
    if (!in.read_float(label.weight)) return false;
    return label.weight >= 0 || in.fail("a weight is at least 0");
  }
  return key == "at_us" ? in.read_i64(label.at_us) : in.skip_value();
}

bool read_label(JsonReader& in, FeedbackLabel& label) {
  std::string_view key;
  bool has_target = false;
  if (!in.begin_object()) return false;
  while (in.next_key(key))
    read_member(in, key, label, has_target);
  if (in.failed()) return false;
  if (label.id.empty())
    return in.fail("id is missing; it is the prediction_id of the answer, or your request's id");
  return has_target || in.fail("target is missing");
}

// An array, each element read by `read`.
template <class Read>
bool read_each(JsonReader& in, std::vector<FeedbackLabel>& labels, const char* too_many,
               Read read) {
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    if (labels.size() == kMaxLabels) return in.fail(too_many);
    if (!read(in, labels.emplace_back())) return false;
  }
  return !in.failed();
}

}  // namespace

bool read_labels(JsonReader& in, std::vector<FeedbackLabel>& labels) {
  return read_each(in, labels, "over 65,536 labels; send them in several requests", read_label);
}

bool read_ids(JsonReader& in, std::vector<FeedbackLabel>& labels) {
  return read_each(in, labels, "over 65,536 ids; send them in several requests", read_id);
}

}  // namespace freshet
