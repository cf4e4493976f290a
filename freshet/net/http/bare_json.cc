#include "freshet/net/http/bare_json.h"

#include <algorithm>
#include <new>
#include <string>
#include <string_view>

namespace freshet {
namespace {

using Kind = JsonReader::Kind;

// {"x":...} with nothing beside it but y and weight. Looks, and comes back.
bool looks_like_pair(JsonReader& in) {
  if (in.kind() != Kind::object) return false;
  const JsonReader::Mark here = in.mark();
  std::string_view key;
  bool has_x = false, has_other = false;
  in.begin_object();
  while (in.next_key(key)) {
    has_x |= key == "x";
    has_other |= key != "x" && key != "y" && key != "weight";
    in.skip_value();
  }
  if (in.failed()) return false;
  in.go_to(here);
  return has_x && !has_other;
}

class BareReader {
 public:
  BareReader(JsonReader& in, std::size_t most_values, BodyMemory& memory) noexcept
      : in_(in), memory_(memory), most_values_(most_values) {}

  bool read_row(std::vector<TensorDraft>& to);
  bool read_target(std::vector<TensorDraft>& to);
  bool read_weight(std::vector<TensorDraft>& to);

 private:
  bool read_numbers(Tensor& tensor);
  Tensor text(std::string_view name, std::string_view value);
  template <class T>
  Tensor one(std::string_view name, Datatype type, T value);

  JsonReader& in_;
  BodyMemory& memory_;
  std::size_t most_values_;
};

// One value, which is small: it always has room.
Tensor BareReader::text(std::string_view name, std::string_view value) {
  auto* const kept = ::new (memory_.take<std::string_view>(1)) std::string_view(value);
  return {.name = name,
          .datatype = Datatype::bytes,
          .shape = memory_.keep_shape({1}),
          .texts = {kept, 1}};
}
template <class T>
Tensor BareReader::one(std::string_view name, Datatype type, T value) {
  auto* const kept = ::new (memory_.take<T>(1)) T(value);
  return Tensor::of<T>(name, type, memory_.keep_shape({1}), std::span<const T>(kept, 1));
}

bool BareReader::read_numbers(Tensor& tensor) {
  const bool is_array = in_.kind() == Kind::array;
  const std::size_t room = is_array ? std::min(in_.left() / 2 + 1, most_values_) : 1;
  float* const row = memory_.take<float>(room);
  if (row == nullptr) return in_.fail(kTooMuchAtOnce);
  std::size_t size = 0;
  if (!is_array) {
    if (!in_.read_float(row[size++])) return false;
  } else {
    in_.begin_array();
    while (in_.next_element()) {
      if (size == room) return in_.fail("over " + std::to_string(room) + " values");
      if (!in_.read_float(row[size++])) return false;
    }
    if (in_.failed()) return false;
  }
  tensor =
      Tensor::of<float>("x", Datatype::f32, memory_.keep_shape({1, static_cast<int64_t>(size)}),
                        std::span<const float>(row, size));
  return true;
}

bool BareReader::read_row(std::vector<TensorDraft>& to) {
  TensorDraft draft;
  if (in_.kind() == Kind::object) {
    std::string_view object;
    if (!in_.raw_value(object)) return false;
    draft.tensor = text("json", object);
  } else if (in_.kind() == Kind::number || in_.kind() == Kind::array) {
    if (!read_numbers(draft.tensor)) return false;
  } else {
    return in_.expected("a number, an array of numbers or an object");
  }
  to.push_back(draft);
  return true;
}

bool BareReader::read_target(std::vector<TensorDraft>& to) {
  TensorDraft draft;
  if (in_.kind() == Kind::string) {
    std::string_view name;
    if (!in_.read_string(name)) return false;
    draft.tensor = text("y", name);
  } else {
    double value = 0;
    bool claim = false;
    if (in_.kind() == Kind::boolean) {
      if (!in_.read_bool(claim)) return false;
      value = claim ? 1 : 0;
    } else if (in_.kind() != Kind::number) {
      return in_.expected("a number or a class's name");
    } else if (!in_.read_double(value)) {
      return false;
    }
    draft.tensor = one("y", Datatype::f64, value);
  }
  to.push_back(draft);
  return true;
}

bool BareReader::read_weight(std::vector<TensorDraft>& to) {
  float weight = 0;
  if (!in_.read_float(weight)) return false;
  if (weight < 0) return in_.fail("a weight is at least 0");
  TensorDraft draft;
  draft.tensor = one("weight", Datatype::f32, weight);
  to.push_back(draft);
  return true;
}

}  // namespace

bool read_bare(JsonReader& in, bool is_training, std::size_t most_values, BodyMemory& memory,
               TensorDrafts& drafts) {
  BareReader reader(in, most_values, memory);
  if (!is_training || !looks_like_pair(in)) return reader.read_row(drafts.inputs);
  std::string_view key;
  in.begin_object();
  while (in.next_key(key)) {
    if (key == "x") reader.read_row(drafts.inputs);
    if (key == "y") reader.read_target(drafts.targets);
    if (key == "weight") reader.read_weight(drafts.weights);
  }
  return !in.failed();
}

}  // namespace freshet
