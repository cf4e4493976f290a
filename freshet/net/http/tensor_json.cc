#include "freshet/net/http/tensor_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace freshet {
namespace {

constexpr std::size_t kMaxTensors = 1024;
constexpr std::size_t kMaxRank = 16;
constexpr std::size_t kMaxName = 128;

bool read_claim(JsonReader& in, uint8_t& value) {
  bool claim = false;
  const bool good = in.read_bool(claim);
  value = claim ? 1 : 0;
  return good;
}

}  // namespace

bool TensorJson::read_list(std::vector<TensorDraft>& drafts) {
  if (!in_.begin_array()) return false;
  while (in_.next_element()) {
    if (drafts.size() == kMaxTensors) return in_.fail("over 1024 tensors");
    TensorDraft draft;
    if (!read_tensor(draft)) return false;
    for (const TensorDraft& other : drafts) {
      if (other.tensor.name == draft.tensor.name)
        return in_.fail("\"" + std::string(draft.tensor.name) + "\" is there twice; leave one out");
    }
    drafts.push_back(draft);
  }
  return !in_.failed();
}

bool TensorJson::read_tensor(TensorDraft& draft) {
  std::string_view key;
  if (!in_.begin_object()) return false;
  while (in_.next_key(key))
    read_member(key, draft);
  return !in_.failed() && finish(draft);
}

bool TensorJson::read_member(std::string_view key, TensorDraft& draft) {
  Tensor& tensor = draft.tensor;
  if (key == "name") {
    if (!in_.read_string(tensor.name)) return false;
    return (!tensor.name.empty() && tensor.name.size() <= kMaxName) ||
           in_.fail("expected 1 to 128 bytes");
  }
  if (key == "datatype") {
    std::string_view name;
    if (!in_.read_string(name)) return false;
    tensor.datatype = datatype_named(name);
    return tensor.datatype != Datatype::none ||
           in_.fail("no datatype \"" + std::string(name.substr(0, 24)) +
                    "\"; for instance FP32, INT64 or BYTES");
  }
  if (key == "shape") return read_shape(draft);
  if (key == "parameters") return in_.take_null() || read_parameters(draft);
  if (key != "data") return in_.skip_value();
  if (in_.take_null()) return !in_.failed();
  draft.has_data = true;
  draft.is_data_later = !draft.has_shape || tensor.datatype == Datatype::none;
  if (!draft.is_data_later) return read_data(draft);
  draft.data = in_.mark();
  return in_.skip_value();
}

bool TensorJson::read_parameters(TensorDraft& draft) {
  std::string_view key;
  if (!in_.begin_object()) return false;
  while (in_.next_key(key))
    key == "binary_data_size" ? in_.read_u64(draft.binary_size.emplace()) : in_.skip_value();
  return !in_.failed();
}

// The object is closed: everything that explains `data` is known.
bool TensorJson::finish(TensorDraft& draft) {
  if (draft.tensor.name.empty()) return in_.fail("name is missing");
  if (draft.tensor.datatype == Datatype::none)
    return in_.fail("datatype is missing; for instance FP32");
  if (!draft.has_shape) return in_.fail("shape is missing; for instance [1, 16]");
  if (draft.has_data && draft.binary_size)
    return in_.fail("has both data and binary_data_size; leave one out");
  if (draft.is_data_later) {
    const JsonReader::Mark behind = in_.mark();
    in_.go_to(draft.data);
    if (!read_data(draft)) return false;
    in_.go_to(behind);
  }
  if (draft.has_data || draft.binary_size || draft.tensor.elements() == 0) return true;
  return in_.fail("data is missing");
}

bool TensorJson::read_shape(TensorDraft& draft) {
  std::array<int64_t, kMaxRank> shape;
  std::size_t rank = 0;
  uint64_t product = 1;
  if (!in_.begin_array()) return false;
  while (in_.next_element()) {
    if (rank == kMaxRank) return in_.fail("over 16 dimensions");
    int64_t dimension = 0;
    if (!in_.read_i64(dimension, 0)) return false;
    // A zero further on doesn't excuse what comes before it: every partial product is checked.
    if (__builtin_mul_overflow(product, static_cast<uint64_t>(dimension), &product) ||
        product > most_elements_)
      return in_.fail("over " + std::to_string(most_elements_) + " elements; send less at once");
    shape[rank++] = dimension;
  }
  if (in_.failed()) return false;
  draft.tensor.shape = memory_.keep_shape(std::span(shape).first(rank));
  draft.has_shape = true;
  return true;
}

bool TensorJson::no_room_for_more(std::size_t wanted) {
  return in_.fail("more values than the shape has room for (" + std::to_string(wanted) + ")");
}

template <class T, class Read>
bool TensorJson::read_values(TensorDraft& draft, Read read) {
  const std::size_t wanted = draft.tensor.elements();
  T* const begin = memory_.take<T>(std::min(wanted, in_.left() / 2 + 1));
  if (begin == nullptr) return in_.fail(kTooMuchAtOnce);
  if (!in_.begin_array()) return false;
  T* to = begin;
  const std::span<const int64_t> shape = draft.tensor.shape;
  bool is_nested = false;
  std::size_t count = 0, most = wanted;  // of rows if nested, else of values
  for (; in_.next_element(); ++count) {
    if (count == 0 && shape.size() > 1 && in_.kind() == JsonReader::Kind::array) {
      is_nested = true;
      most = static_cast<std::size_t>(shape[0]);
    }
    if (count == most) return no_room_for_more(wanted);
    if (is_nested ? !read_rows(shape.subspan(1), to, read) : !read(in_, *to++)) return false;
  }
  if (in_.failed()) return false;
  if (count != most && !(wanted == 0 && count == 0)) {
    return in_.fail("expected " + std::to_string(most) + (is_nested ? " rows" : " values") +
                    " as the shape says, found " + std::to_string(count));
  }
  if constexpr (std::is_same_v<T, std::string_view>) {
    draft.tensor.texts = {begin, wanted};
  } else {
    draft.tensor.data = std::as_bytes(std::span<const T>(begin, wanted));
  }
  return true;
}

template <class T, class Read>
bool TensorJson::read_rows(std::span<const int64_t> shape, T*& to, Read read) {
  if (!in_.begin_array()) return false;
  const auto wanted = static_cast<std::size_t>(shape[0]);
  std::size_t count = 0;
  for (; in_.next_element(); ++count) {
    if (count == wanted) return no_room_for_more(wanted);
    if (shape.size() > 1 ? !read_rows(shape.subspan(1), to, read) : !read(in_, *to++)) return false;
  }
  if (in_.failed()) return false;
  return count == wanted || in_.fail("expected " + std::to_string(wanted) +
                                     " values as the shape says, found " + std::to_string(count));
}

template <class T>
bool TensorJson::read_whole_numbers(TensorDraft& draft) {
  return read_values<T>(draft, [](JsonReader& in, T& value) {
    int64_t wide = 0;
    const bool good =
        in.read_i64(wide, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    value = static_cast<T>(wide);
    return good;
  });
}

bool TensorJson::read_data(TensorDraft& draft) {
  switch (draft.tensor.datatype) {
    case Datatype::boolean:
      return read_values<uint8_t>(draft, read_claim);
    case Datatype::u8:
      return read_whole_numbers<uint8_t>(draft);
    case Datatype::u16:
      return read_whole_numbers<uint16_t>(draft);
    case Datatype::u32:
      return read_whole_numbers<uint32_t>(draft);
    case Datatype::i8:
      return read_whole_numbers<int8_t>(draft);
    case Datatype::i16:
      return read_whole_numbers<int16_t>(draft);
    case Datatype::i32:
      return read_whole_numbers<int32_t>(draft);
    case Datatype::i64:
      return read_whole_numbers<int64_t>(draft);
    case Datatype::u64:
      return read_values<uint64_t>(
          draft, [](JsonReader& in, uint64_t& value) { return in.read_u64(value); });
    case Datatype::f32:
      return read_values<float>(draft,
                                [](JsonReader& in, float& value) { return in.read_float(value); });
    case Datatype::f64:
      return read_values<double>(
          draft, [](JsonReader& in, double& value) { return in.read_double(value); });
    case Datatype::bytes:
      return read_values<std::string_view>(
          draft, [](JsonReader& in, std::string_view& value) { return in.read_string(value); });
    case Datatype::f16:
    case Datatype::bf16:
      return in_.fail("FP16 and BF16 come as binary data only (binary_data_size)");
    case Datatype::none:
      break;
  }
  return in_.fail("datatype is missing");
}

}  // namespace freshet
