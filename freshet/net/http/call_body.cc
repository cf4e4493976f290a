#include "freshet/net/http/call_body.h"

#include <span>
#include <string>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/net/http/bare_json.h"
#include "freshet/net/http/labels_json.h"
#include "freshet/net/http/tensor_bytes.h"
#include "freshet/net/http/tensor_json.h"
#include "freshet/net/parameters.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxOutputs = 256;

Status bad(std::string_view text) {
  return failure(Code::invalid_argument, text);
}

}  // namespace

void CallBody::clear() noexcept {
  memory_.clear();
  id_ = {};
  drafts_.clear();
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
    return bad("Inference-Header-Content-Length: " + std::to_string(*json_length) +
               " is more than the body has (" + std::to_string(body.size()) + " bytes)");
  }
  if (json_length && *json_length == 0) return read_raw(body, call);
  const std::string_view json =
      body.substr(0, json_length ? static_cast<std::size_t>(*json_length) : body.size());
  JsonReader in(json, memory_.resource());
  const bool is_optional = method_ == Method::index || method_ == Method::checkpoint;
  if (!(json.empty() && is_optional) && (!read_request(in) || !in.finish())) {
    if (memory_.is_used_up())
      return failure(Code::exhausted, std::string("body: ") + kTooMuchAtOnce);
    return bad(in.error());
  }
  FRESHET_TRY(take_tensor_bytes(body.substr(json.size()), drafts_, memory_));
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
    return read_bare(in, method_ == Method::training, limits_.elements, memory_, drafts_);
  if (method_ == Method::index) return read_index(in);
  if (method_ == Method::checkpoint) return in.skip_value();
  std::string_view key;
  bool has_inputs = false, has_labels = false, has_ids = false;
  if (!in.begin_object()) return false;
  while (in.next_key(key)) {
    has_inputs |= key == "inputs";
    has_labels |= key == "labels";
    has_ids |= key == "ids";
    read_member(in, key);
  }
  if (in.failed()) return false;
  if (method_ == Method::feedback)
    return has_labels || in.fail(R"(labels is missing; send "labels":[{"id","target"}])");
  if (method_ == Method::activate)
    return has_ids || in.fail(R"(ids is missing; send "ids":["visit-17"])");
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
  TensorJson tensors(in, memory_, limits_.elements);
  if (key == "inputs" && has_tensors) return tensors.read_list(drafts_.inputs);
  if (key == "outputs" && has_tensors) return in.take_null() || read_outputs(in);
  if (key == "targets" && is_training) return in.take_null() || tensors.read_list(drafts_.targets);
  if (key == "weights" && is_training)
    return in.take_null() || tensors.read_tensor(drafts_.weights.emplace_back());
  if (key == "labels" && method_ == Method::feedback) return read_labels(in, labels_);
  if (key == "ids" && method_ == Method::activate) return read_ids(in, labels_);
  return in.skip_value();
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
  if (!in.begin_array()) return false;
  while (in.next_element()) {
    RequestedOutput output;
    bool says_binary = false;
    if (outputs_.size() == kMaxOutputs) return in.fail("over 256 outputs");
    if (!read_output(in, output, says_binary)) return false;
    for (const RequestedOutput& other : outputs_) {
      if (other.name == output.name)
        return in.fail("\"" + std::string(output.name) + "\" is there twice; leave one out");
    }
    outputs_.push_back(output);
    output_says_.push_back(says_binary);
  }
  return !in.failed();
}

bool CallBody::read_output(JsonReader& in, RequestedOutput& output, bool& says_binary) {
  std::string_view key, parameter;
  if (!in.begin_object()) return false;
  while (in.next_key(key)) {
    if (key == "name") {
      in.read_string(output.name);
    } else if (key != "parameters") {
      in.skip_value();
    } else if (!in.take_null() && in.begin_object()) {
      while (in.next_key(parameter)) {
        says_binary |= parameter == "binary_data";
        parameter == "binary_data" ? in.read_bool(output.binary) : in.skip_value();
      }
    }
  }
  if (in.failed()) return false;
  return !output.name.empty() || in.fail("name is missing");
}

bool CallBody::read_index(JsonReader& in) {
  std::string_view key;
  if (!in.begin_object()) return false;
  while (in.next_key(key))
    key == "ready" ? in.read_bool(ready_only_) : in.skip_value();
  return !in.failed();
}

Status CallBody::read_raw(std::string_view body, Call& call) noexcept {
  if (method_ != Method::infer) {
    return bad(
        "Inference-Header-Content-Length: 0 (a body that is one raw input) goes with infer only");
  }
  TensorDraft draft;
  draft.tensor.data = std::as_bytes(std::span(body));
  draft.binary_size = body.size();
  drafts_.inputs.push_back(draft);
  binary_by_default_ = true;
  fill(call);
  return {};
}

Status CallBody::check_finite(const Call& call) const {
  for (const Tensor& tensor : tensors_) {
    const std::size_t at = first_not_finite(tensor);
    if (tensor.datatype == Datatype::none || at == tensor.elements()) continue;
    return bad(
        "\"" + std::string(tensor.name) + "\": value " + std::to_string(at) + " is not finite" +
        (call.method == Method::infer ? "; leave it out, or say parameters.allow_nonfinite" : ""));
  }
  return {};
}

void CallBody::fill(Call& call) {
  const std::size_t inputs = drafts_.inputs.size(), targets = drafts_.targets.size();
  for (const std::vector<TensorDraft>* list :
       {&drafts_.inputs, &drafts_.targets, &drafts_.weights}) {
    for (const TensorDraft& draft : *list)
      tensors_.push_back(draft.tensor);
  }
  const std::span<const Tensor> all = tensors_;
  call.inputs = all.subspan(0, inputs);
  call.targets = all.subspan(inputs, targets);
  call.weights = drafts_.weights.empty() ? nullptr : &tensors_.back();
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
