#include "freshet/net/http/call_body.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/net/parameters.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxRank = 16;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxId = 64;

static_assert(std::endian::native == std::endian::little,
              "binary tensors are borrowed as they came");

Status bad(std::string_view text) {
  return failure(Code::invalid_argument, text);
}

std::string number(uint64_t value) {
  return std::string(Digits(value).text());
}

}  // namespace

void CallBody::clear() noexcept {
  memory_.release();
  is_over_budget_ = false;
  id_ = {};
  inputs_.clear();
  targets_.clear();
  weights_.clear();
  tensors_.clear();
  parameters_.clear();
  outputs_.clear();
  output_says_.clear();
  labels_.clear();
  binary_by_default_ = false;
  ready_only_ = false;
}

Status CallBody::read(std::string_view body, std::optional<uint64_t> json_length, int64_t now_us,
                      Call& call) noexcept {
  clear();
  method_ = call.method;
  if (json_length && *json_length > body.size()) {
    return bad("Inference-Header-Content-Length: " + number(*json_length) +
               " is more than the body has (" + number(body.size()) + " bytes)");
  }
  if (json_length && *json_length == 0) return read_raw(body, call);
  const std::string_view json =
      body.substr(0, json_length ? static_cast<std::size_t>(*json_length) : body.size());
  JsonReader in(json, &memory_);
  const bool is_optional = method_ == Method::index || method_ == Method::checkpoint;
  if (!(json.empty() && is_optional) && (!read_request(in) || !in.finish())) {
    if (is_over_budget_)
      return {Code::exhausted, "body: too much is being received at present; try again"};
    return bad(in.error());
  }
  FRESHET_TRY(take_binary(body.substr(json.size())));
  fill(call);
  FRESHET_TRY(read_parameters(call, now_us));
  return call.allow_nonfinite ? Status() : check_finite(call);
}

bool CallBody::is_binary(std::string_view output) const noexcept {
  for (const RequestedOutput& wanted : outputs_) {
    if (wanted.name == output) return wanted.binary;
  }
  return binary_by_default_;
}

bool CallBody::read_request(JsonReader& in) {
  if (in.left() == 0) return in.fail("empty; send a JSON value");
  if (method_ == Method::inference || method_ == Method::training)
    return read_bare(in, method_ == Method::training);
  if (method_ == Method::index) return read_index(in);
  if (method_ == Method::checkpoint) return in.skip_value();
  std::string_view key;
  bool has_inputs = false, has_labels = false;
  if (!in.begin_object()) return false;
  while (in.next_key(key)) {
    has_inputs |= key == "inputs";
    has_labels |= key == "labels";
    read_member(in, key);
  }
  if (in.failed()) return false;
  if (method_ == Method::feedback)
    return has_labels || in.fail(R"(labels is missing; send "labels":[{"id","target"}])");
  return has_inputs ||
         in.fail(R"(inputs is missing; send "inputs":[{"name","shape","datatype","data"}])");
}

bool CallBody::read_member(JsonReader& in, std::string_view key) {
  const bool has_tensors =
      method_ == Method::infer || method_ == Method::train || method_ == Method::predict_train;
  const bool is_training = has_tensors && method_ != Method::infer;
  if (key == "id") {
    if (!in.read_string(id_)) return false;
    return id_.size() <= kMaxId || in.fail("over 64 bytes; shorten it");
  }
  if (key == "parameters") return in.take_null() || read_parameters_member(in);
  if (key == "inputs" && has_tensors) return read_tensors(in, inputs_);
  if (key == "outputs" && has_tensors) return in.take_null() || read_outputs(in);
  if (key == "targets" && is_training) return in.take_null() || read_tensors(in, targets_);
  if (key == "weights" && is_training)
    return in.take_null() || read_tensor(in, weights_.emplace_back());
  if (key == "labels" && method_ == Method::feedback) return read_labels(in);
  return in.skip_value();
}

bool CallBody::read_tensors(JsonReader& in, std::vector<Draft>& drafts) {
  constexpr std::size_t kMost = 1024;
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    if (drafts.size() == kMost) return in.fail("over 1024 tensors");
    Draft draft;
    if (!read_tensor(in, draft)) return false;
    for (const Draft& other : drafts) {
      if (other.tensor.name == draft.tensor.name) {
        return in.fail("\"" + std::string(draft.tensor.name) + "\" is there twice; leave one out");
      }
    }
    drafts.push_back(draft);
  }
  return !in.failed();
}

bool CallBody::read_tensor(JsonReader& in, Draft& draft) {
  std::string_view key;
  if (!in.begin_object()) return false;
  while (in.next_key(key))
    read_tensor_member(in, key, draft);
  return !in.failed() && finish_tensor(in, draft);
}

bool CallBody::read_tensor_member(JsonReader& in, std::string_view key, Draft& draft) {
  Tensor& tensor = draft.tensor;
  if (key == "name") {
    if (!in.read_string(tensor.name)) return false;
    return (!tensor.name.empty() && tensor.name.size() <= kMaxName) ||
           in.fail("expected 1 to 128 bytes");
  }
  if (key == "datatype") {
    std::string_view name;
    if (!in.read_string(name)) return false;
    tensor.datatype = datatype_named(name);
    if (tensor.datatype != Datatype::none) return true;
    return in.fail("no datatype \"" + std::string(name.substr(0, 24)) +
                   "\"; for instance FP32, INT64 or BYTES");
  }
  if (key == "shape") return read_shape(in, draft);
  if (key == "parameters") {
    if (in.take_null()) return true;
    std::string_view parameter;
    if (!in.begin_object()) return false;
    while (in.next_key(parameter)) {
      if (parameter != "binary_data_size") {
        in.skip_value();
      } else if (in.read_u64(draft.binary_size.emplace())) {
        continue;
      }
    }
    return !in.failed();
  }
  if (key != "data" || in.take_null()) return key == "data" ? !in.failed() : in.skip_value();
  draft.has_data = true;
  draft.is_data_later = !draft.has_shape || tensor.datatype == Datatype::none;
  if (!draft.is_data_later) return read_data(in, draft);
  draft.data = in.mark();
  return in.skip_value();
}

// The object is closed: everything that explains `data` is known.
bool CallBody::finish_tensor(JsonReader& in, Draft& draft) {
  if (draft.tensor.name.empty()) return in.fail("name is missing");
  if (draft.tensor.datatype == Datatype::none)
    return in.fail("datatype is missing; for instance FP32");
  if (!draft.has_shape) return in.fail("shape is missing; for instance [1, 16]");
  if (draft.has_data && draft.binary_size)
    return in.fail("has both data and binary_data_size; leave one out");
  if (draft.is_data_later) {
    const JsonReader::Mark behind = in.mark();
    in.go_to(draft.data);
    if (!read_data(in, draft)) return false;
    in.go_to(behind);
  }
  if (draft.has_data || draft.binary_size || draft.tensor.elements() == 0) return true;
  return in.fail("data is missing");
}

bool CallBody::read_shape(JsonReader& in, Draft& draft) {
  std::array<int64_t, kMaxRank> shape;
  std::size_t rank = 0;
  uint64_t product = 1;
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    if (rank == kMaxRank) return in.fail("over 16 dimensions");
    int64_t dimension = 0;
    if (!in.read_i64(dimension, 0)) return false;
    // A zero further on doesn't excuse what comes before it: every partial product is checked.
    if (__builtin_mul_overflow(product, static_cast<uint64_t>(dimension), &product) ||
        product > limits_.elements) {
      return in.fail("over " + number(limits_.elements) + " elements; send less at once");
    }
    shape[rank++] = dimension;
  }
  if (in.failed()) return false;
  auto* const kept =
      static_cast<int64_t*>(memory_.allocate(rank * sizeof(int64_t), alignof(int64_t)));
  std::copy_n(shape.begin(), rank, kept);
  draft.tensor.shape = {kept, rank};
  draft.has_shape = true;
  return true;
}

template <class T>
T* CallBody::take(JsonReader& in, std::size_t count) {
  // What fits the first block isn't worth counting.
  if (count * sizeof(T) > first_memory_.size() && !budget_.charge(count * sizeof(T))) {
    is_over_budget_ = true;
    in.fail("too much is being received at present; try again");
    return nullptr;
  }
  return static_cast<T*>(memory_.allocate(std::max<std::size_t>(count, 1) * sizeof(T),
                                          std::max<std::size_t>(alignof(T), 8)));
}

template <class T, class Read>
bool CallBody::read_values(JsonReader& in, Draft& draft, Read read) {
  const std::size_t wanted = draft.tensor.elements();
  // A value takes a character and a comma: a lying shape gets no memory.
  T* const begin = take<T>(in, std::min(wanted, in.left() / 2 + 1));
  if (begin == nullptr || !in.begin_array()) return false;
  T* to = begin;
  const std::span<const int64_t> shape = draft.tensor.shape;
  bool is_nested = false;
  std::size_t rows = 0;
  for (; in.next_element(); ++rows) {
    if (rows == 0) is_nested = shape.size() > 1 && in.kind() == JsonReader::Kind::array;
    if (rows == (is_nested ? static_cast<std::size_t>(shape[0]) : wanted)) {
      return in.fail("more values than the shape has room for (" + number(wanted) + ")");
    }
    if (is_nested ? !read_nested(in, shape.subspan(1), to, read) : !read(in, *to++)) return false;
  }
  if (in.failed()) return false;
  if (rows != (is_nested ? static_cast<std::size_t>(shape[0]) : wanted) &&
      !(wanted == 0 && rows == 0)) {
    return in.fail("expected " + number(is_nested ? static_cast<uint64_t>(shape[0]) : wanted) +
                   (is_nested ? " rows" : " values") + " as the shape says, found " + number(rows));
  }
  if constexpr (std::is_same_v<T, std::string_view>) {
    draft.tensor.texts = {begin, wanted};
  } else {
    draft.tensor.data = std::as_bytes(std::span<const T>(begin, wanted));
  }
  return true;
}

template <class T, class Read>
bool CallBody::read_nested(JsonReader& in, std::span<const int64_t> shape, T*& to, Read read) {
  if (!in.begin_array()) return false;
  const auto wanted = static_cast<std::size_t>(shape[0]);
  std::size_t count = 0;
  for (; in.next_element(); ++count) {
    if (count == wanted)
      return in.fail("more values than the shape has room for (" + number(wanted) + ")");
    if (shape.size() > 1 ? !read_nested(in, shape.subspan(1), to, read) : !read(in, *to++))
      return false;
  }
  if (in.failed()) return false;
  return count == wanted || in.fail("expected " + number(wanted) +
                                    " values as the shape says, found " + number(count));
}

bool CallBody::read_data(JsonReader& in, Draft& draft) {
  const auto whole = [&]<class T>(T) {
    return read_values<T>(in, draft, [](JsonReader& from, T& value) {
      int64_t wide = 0;
      const bool good =
          from.read_i64(wide, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
      value = static_cast<T>(wide);
      return good;
    });
  };
  switch (draft.tensor.datatype) {
    case Datatype::boolean:
      return read_values<uint8_t>(in, draft, [](JsonReader& from, uint8_t& value) {
        bool claim = false;
        const bool good = from.read_bool(claim);
        value = claim ? 1 : 0;
        return good;
      });
    case Datatype::u8:
      return whole(uint8_t{});
    case Datatype::u16:
      return whole(uint16_t{});
    case Datatype::u32:
      return whole(uint32_t{});
    case Datatype::i8:
      return whole(int8_t{});
    case Datatype::i16:
      return whole(int16_t{});
    case Datatype::i32:
      return whole(int32_t{});
    case Datatype::i64:
      return whole(int64_t{});
    case Datatype::u64:
      return read_values<uint64_t>(
          in, draft, [](JsonReader& from, uint64_t& value) { return from.read_u64(value); });
    case Datatype::f32:
      return read_values<float>(
          in, draft, [](JsonReader& from, float& value) { return from.read_float(value); });
    case Datatype::f64:
      return read_values<double>(
          in, draft, [](JsonReader& from, double& value) { return from.read_double(value); });
    case Datatype::bytes:
      return read_values<std::string_view>(
          in, draft,
          [](JsonReader& from, std::string_view& value) { return from.read_string(value); });
    case Datatype::f16:
    case Datatype::bf16:
      return in.fail("FP16 and BF16 come as binary data only (binary_data_size)");
    case Datatype::none:
      break;
  }
  return in.fail("datatype is missing");
}

bool CallBody::read_parameters_member(JsonReader& in) {
  std::string_view name;
  if (!in.begin_object()) return false;
  while (in.next_key(name))
    read_parameter(in, name);
  return !in.failed();
}

bool CallBody::read_parameter(JsonReader& in, std::string_view name) {
  Parameter parameter{.name = name};
  switch (in.kind()) {
    case JsonReader::Kind::boolean:
      in.read_bool(parameter.boolean);
      break;
    case JsonReader::Kind::string:
      parameter.kind = Parameter::Kind::text;
      in.read_string(parameter.text);
      break;
    case JsonReader::Kind::number: {
      std::string_view text;
      bool is_integer = false;
      if (!in.read_number(text, is_integer)) return false;
      if (is_integer && parse_all(text, &parameter.integer)) {
        parameter.kind = Parameter::Kind::integer;
      } else if (is_integer && parse_all(text, &parameter.unsigned_integer)) {
        parameter.kind = Parameter::Kind::unsigned_integer;
      } else if (parse_all(text, &parameter.number)) {
        parameter.kind = Parameter::Kind::number;
      } else {
        return in.fail(std::string(text.substr(0, 40)) + " does not fit FP64");
      }
      break;
    }
    default:
      return in.skip_value();  // null, and what only others understand
  }
  if (in.failed()) return false;
  if (name == "binary_data_output") {
    if (parameter.kind != Parameter::Kind::boolean) return in.fail("expected true or false");
    binary_by_default_ = parameter.boolean;
  }
  parameters_.push_back(parameter);
  return true;
}

bool CallBody::read_outputs(JsonReader& in) {
  std::string_view key, parameter;
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    RequestedOutput output;
    bool says = false;
    if (outputs_.size() == 256) return in.fail("over 256 outputs");
    if (!in.begin_object()) return false;
    while (in.next_key(key)) {
      if (key == "name") {
        in.read_string(output.name);
      } else if (key != "parameters" || in.take_null()) {
        if (key != "parameters") in.skip_value();
      } else if (in.begin_object()) {
        while (in.next_key(parameter)) {
          if (parameter == "binary_data") says = true;
          parameter == "binary_data" ? in.read_bool(output.binary) : in.skip_value();
        }
      }
    }
    if (in.failed()) return false;
    if (output.name.empty()) return in.fail("name is missing");
    for (const RequestedOutput& other : outputs_) {
      if (other.name == output.name)
        return in.fail("\"" + std::string(output.name) + "\" is there twice; leave one out");
    }
    outputs_.push_back(output);
    output_says_.push_back(says);
  }
  return !in.failed();
}

bool CallBody::read_labels(JsonReader& in) {
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    if (labels_.size() == 65536)
      return in.fail("over 65,536 labels; send them in several requests");
    if (!read_label(in, labels_.emplace_back())) return false;
  }
  return !in.failed();
}

bool CallBody::read_label(JsonReader& in, FeedbackLabel& label) {
  std::string_view key;
  bool has_target = false;
  if (!in.begin_object()) return false;
  while (in.next_key(key))
    read_label_member(in, key, label, has_target);
  if (in.failed()) return false;
  if (label.id.empty())
    return in.fail("id is missing; it is the prediction_id of the answer, or your request's id");
  return has_target || in.fail("target is missing");
}

bool CallBody::read_label_member(JsonReader& in, std::string_view key, FeedbackLabel& label,
                                 bool& has_target) {
  if (key == "id") {
    if (!in.read_string(label.id)) return false;
    return (!label.id.empty() && label.id.size() <= kMaxId) || in.fail("expected 1 to 64 bytes");
  }
  if (key == "target" || key == "reward") {
    if (has_target) return in.fail("target and reward are both there; leave one out");
    has_target = true;
    label.is_reward = key == "reward";
    if (in.kind() == JsonReader::Kind::string && !label.is_reward)
      return in.read_string(label.text);
    label.has_number = true;
    if (in.kind() != JsonReader::Kind::boolean)
      return in.kind() == JsonReader::Kind::number
                 ? in.read_double(label.number)
                 : in.expected(label.is_reward ? "a number" : "a number or a class's name");
    bool claim = false;
    const bool good = in.read_bool(claim);
    label.number = claim ? 1 : 0;
    return good;
  }
  if (key == "weight") {
    if (!in.read_float(label.weight)) return false;
    return label.weight >= 0 || in.fail("a weight is at least 0");
  }
  return key == "at_us" ? in.read_i64(label.at_us) : in.skip_value();
}

bool CallBody::read_index(JsonReader& in) {
  std::string_view key;
  if (!in.begin_object()) return false;
  while (in.next_key(key))
    key == "ready" ? in.read_bool(ready_only_) : in.skip_value();
  return !in.failed();
}

std::span<const int64_t> CallBody::keep_shape(std::initializer_list<int64_t> shape) {
  auto* const kept =
      static_cast<int64_t*>(memory_.allocate(shape.size() * sizeof(int64_t), alignof(int64_t)));
  std::copy(shape.begin(), shape.end(), kept);
  return {kept, shape.size()};
}

// {"x":...} with nothing beside it but y and weight. Looks, and comes back.
bool CallBody::looks_like_pair(JsonReader& in) {
  if (in.kind() != JsonReader::Kind::object) return false;
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

bool CallBody::read_bare(JsonReader& in, bool is_training) {
  if (!is_training || !looks_like_pair(in)) return read_bare_row(in);
  std::string_view key;
  in.begin_object();
  while (in.next_key(key)) {
    if (key == "x") read_bare_row(in);
    if (key == "y") read_bare_target(in);
    if (key == "weight") read_bare_weight(in);
  }
  return !in.failed();
}

// A number or an array of numbers: the row of `x`; an object: a row with names.
bool CallBody::read_bare_row(JsonReader& in) {
  Draft draft;
  const JsonReader::Kind kind = in.kind();
  if (kind == JsonReader::Kind::object) {
    auto* const text = take<std::string_view>(in, 1);
    ::new (text) std::string_view;
    draft.tensor = {
        .name = "json", .datatype = Datatype::bytes, .shape = keep_shape({1}), .texts = {text, 1}};
    if (!in.raw_value(*text)) return false;
  } else if (kind == JsonReader::Kind::number || kind == JsonReader::Kind::array) {
    const std::size_t room =
        kind == JsonReader::Kind::number ? 1 : std::min(in.left() / 2 + 1, limits_.elements);
    float* const row = take<float>(in, room);
    std::size_t size = 0;
    if (row == nullptr) return false;
    if (kind == JsonReader::Kind::number) {
      if (!in.read_float(row[size++])) return false;
    } else {
      in.begin_array();
      while (in.next_element()) {
        if (size == room) return in.fail("over " + number(room) + " values");
        if (!in.read_float(row[size++])) return false;
      }
      if (in.failed()) return false;
    }
    draft.tensor =
        Tensor::of<float>("x", Datatype::f32, keep_shape({1, static_cast<int64_t>(size)}),
                          std::span<const float>(row, size));
  } else {
    return in.expected("a number, an array of numbers or an object");
  }
  inputs_.push_back(draft);
  return true;
}

bool CallBody::read_bare_target(JsonReader& in) {
  Draft draft;
  if (in.kind() == JsonReader::Kind::string) {
    auto* const text = take<std::string_view>(in, 1);
    ::new (text) std::string_view;
    if (!in.read_string(*text)) return false;
    draft.tensor = {
        .name = "y", .datatype = Datatype::bytes, .shape = keep_shape({1}), .texts = {text, 1}};
  } else {
    auto* const value = take<double>(in, 1);
    if (in.kind() == JsonReader::Kind::boolean) {
      bool claim = false;
      if (!in.read_bool(claim)) return false;
      *value = claim ? 1 : 0;
    } else if (in.kind() != JsonReader::Kind::number) {
      return in.expected("a number or a class's name");
    } else if (!in.read_double(*value)) {
      return false;
    }
    draft.tensor =
        Tensor::of<double>("y", Datatype::f64, keep_shape({1}), std::span<const double>(value, 1));
  }
  targets_.push_back(draft);
  return true;
}

bool CallBody::read_bare_weight(JsonReader& in) {
  auto* const value = take<float>(in, 1);
  if (!in.read_float(*value)) return false;
  if (*value < 0) return in.fail("a weight is at least 0");
  Draft draft;
  draft.tensor =
      Tensor::of<float>("weight", Datatype::f32, keep_shape({1}), std::span<const float>(value, 1));
  weights_.push_back(draft);
  return true;
}

Status CallBody::read_raw(std::string_view body, Call& call) noexcept {
  if (method_ != Method::infer) {
    return bad(
        "Inference-Header-Content-Length: 0 (a body that is one raw input) goes with infer only");
  }
  Draft draft;
  draft.tensor.data = std::as_bytes(std::span(body));
  draft.binary_size = body.size();
  inputs_.push_back(draft);
  binary_by_default_ = true;
  fill(call);
  return {};
}

// Hands the bytes behind the JSON to the tensors that announced them.
Status CallBody::take_binary(std::string_view bytes) {
  for (std::vector<Draft>* drafts : {&inputs_, &targets_, &weights_}) {
    for (Draft& draft : *drafts) {
      if (!draft.binary_size) continue;
      Tensor& tensor = draft.tensor;
      const std::string what = "binary data of \"" + std::string(tensor.name) + "\": ";
      if (*draft.binary_size > bytes.size()) {
        return bad(what + number(*draft.binary_size) + " bytes announced, " + number(bytes.size()) +
                   " left in the body; is Inference-Header-Content-Length right?");
      }
      const std::string_view mine = bytes.substr(0, static_cast<std::size_t>(*draft.binary_size));
      bytes.remove_prefix(mine.size());
      if (tensor.datatype == Datatype::bytes) {
        FRESHET_TRY(take_binary_texts(mine, tensor));
        continue;
      }
      const std::size_t size = datatype_size(tensor.datatype);
      if (mine.size() != tensor.elements() * size) {
        return bad(what + "shape and datatype make " + number(tensor.elements() * size) +
                   " bytes, announced are " + number(mine.size()));
      }
      const std::byte* from = reinterpret_cast<const std::byte*>(mine.data());
      if (reinterpret_cast<std::uintptr_t>(from) % size != 0) {
        if (!budget_.charge(mine.size())) {
          return {Code::exhausted, "body: too much is being received at present; try again"};
        }
        auto* const aligned = static_cast<std::byte*>(memory_.allocate(mine.size(), 8));
        std::memcpy(aligned, from, mine.size());
        from = aligned;
      }
      tensor.data = {from, mine.size()};
      if (tensor.datatype == Datatype::boolean &&
          std::any_of(mine.begin(), mine.end(), [](char c) { return c != 0 && c != 1; })) {
        return bad(what + "a BOOL is one byte, 0 or 1");
      }
    }
  }
  if (bytes.empty()) return {};
  return bad("body: " + number(bytes.size()) + " bytes left over behind the last binary tensor");
}

// u32 length and bytes, element after element.
Status CallBody::take_binary_texts(std::string_view bytes, Tensor& tensor) {
  const std::string what = "binary data of \"" + std::string(tensor.name) + "\": ";
  const std::size_t count = tensor.elements();
  if (count > bytes.size() / 4) return bad(what + "too short for " + number(count) + " elements");
  if (!budget_.charge(count * sizeof(std::string_view))) {
    return {Code::exhausted, "body: too much is being received at present; try again"};
  }
  auto* const texts = static_cast<std::string_view*>(memory_.allocate(
      std::max<std::size_t>(count, 1) * sizeof(std::string_view), alignof(std::string_view)));
  for (std::size_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    if (bytes.size() < sizeof length) return bad(what + "element " + number(i) + " has no length");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length > bytes.size()) {
      return bad(what + "element " + number(i) + " says " + number(length) + " bytes, " +
                 number(bytes.size()) + " are left");
    }
    ::new (texts + i) std::string_view(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (!bytes.empty())
    return bad(what + number(bytes.size()) + " bytes left over behind the last element");
  tensor.texts = {texts, count};
  return {};
}

Status CallBody::check_finite(const Call& call) const {
  for (const Tensor& tensor : tensors_) {
    const std::size_t at = first_not_finite(tensor);
    if (tensor.datatype == Datatype::none || at == tensor.elements()) continue;
    return bad(
        "\"" + std::string(tensor.name) + "\": value " + number(at) + " is not finite" +
        (call.method == Method::infer ? "; leave it out, or say parameters.allow_nonfinite" : ""));
  }
  return {};
}

void CallBody::fill(Call& call) {
  tensors_.reserve(inputs_.size() + targets_.size() + weights_.size());
  for (const std::vector<Draft>* drafts : {&inputs_, &targets_, &weights_}) {
    for (const Draft& draft : *drafts)
      tensors_.push_back(draft.tensor);
  }
  const std::span<const Tensor> all = tensors_;
  call.inputs = all.subspan(0, inputs_.size());
  call.targets = all.subspan(inputs_.size(), targets_.size());
  call.weights = weights_.empty() ? nullptr : &tensors_.back();
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (!output_says_[i]) outputs_[i].binary = binary_by_default_;
  }
  call.outputs = outputs_;
  call.parameters = parameters_;
  call.labels = labels_;
  call.id = id_;
  call.ready_only = ready_only_;
}

}  // namespace freshet
