#include "freshet/net/http/http_response.h"

#include <algorithm>
#include <cstring>

#include "freshet/net/http/status_code.h"
#include "freshet/net/json_writer.h"

namespace freshet {
namespace {

constexpr std::size_t kHeadRoom = 1024;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBinary = "application/octet-stream";

constexpr std::string_view ack_name(Ack ack) {
  return ack == Ack::queued ? "queued" : ack == Ack::applied ? "applied" : "durable";
}

void put_parameter(JsonWriter& json, const Parameter& parameter) {
  json.key(parameter.name);
  switch (parameter.kind) {
    case Parameter::Kind::boolean:
      json.value(parameter.boolean);
      break;
    case Parameter::Kind::integer:
      json.value(parameter.integer);
      break;
    case Parameter::Kind::unsigned_integer:
      json.value(parameter.unsigned_integer);
      break;
    case Parameter::Kind::number:
      json.value(parameter.number);
      break;
    case Parameter::Kind::text:
      json.value(parameter.text);
      break;
  }
}

void put_shape(JsonWriter& json, std::span<const int64_t> shape) {
  json.key("shape").begin_array();
  for (const int64_t dimension : shape)
    json.value(dimension);
  json.end_array();
}

template <class T>
void put_values(JsonWriter& json, const Tensor& tensor) {
  for (const T value : tensor.values<T>())
    json.value(value);
}

// Elements, comma-separated, of what can be said in JSON: finite (checked before), UTF-8 (false if not).
bool put_data(std::string& out, JsonWriter& json, const Tensor& tensor) {
  switch (tensor.datatype) {
    case Datatype::boolean:
      for (const uint8_t value : tensor.values<uint8_t>())
        json.value(value != 0);
      return true;
    case Datatype::u8:
      put_values<uint8_t>(json, tensor);
      return true;
    case Datatype::u16:
      put_values<uint16_t>(json, tensor);
      return true;
    case Datatype::u32:
      put_values<uint32_t>(json, tensor);
      return true;
    case Datatype::u64:
      put_values<uint64_t>(json, tensor);
      return true;
    case Datatype::i8:
      put_values<int8_t>(json, tensor);
      return true;
    case Datatype::i16:
      put_values<int16_t>(json, tensor);
      return true;
    case Datatype::i32:
      put_values<int32_t>(json, tensor);
      return true;
    case Datatype::i64:
      put_values<int64_t>(json, tensor);
      return true;
    case Datatype::f32:
      put_values<float>(json, tensor);
      return true;
    case Datatype::f64:
      put_values<double>(json, tensor);
      return true;
    case Datatype::f16:
    case Datatype::bf16:
      for (std::size_t i = 0; i < tensor.elements(); ++i)
        json.value(tensor_number(tensor, i));
      return true;
    case Datatype::bytes:
      for (const std::string_view text : tensor.texts) {
        json.raw("");
        if (!append_json_string(out, text)) return false;
      }
      return true;
    case Datatype::none:
      break;
  }
  return true;
}

// Returns how many bytes were appended.
std::size_t append_binary(std::string& out, const Tensor& tensor) {
  const std::size_t before = out.size();
  if (tensor.datatype != Datatype::bytes) {
    out.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
    return out.size() - before;
  }
  for (const std::string_view text : tensor.texts) {
    const auto length = static_cast<uint32_t>(text.size());
    char little[4];
    std::memcpy(little, &length, sizeof little);
    out.append(little, sizeof little).append(text);
  }
  return out.size() - before;
}

std::string not_finite(const Tensor& tensor, std::size_t at) {
  return "output \"" + std::string(tensor.name) + "\": value " + std::string(Digits(at).text()) +
         " is not finite, which JSON cannot say; ask for it in binary (parameters.binary_data), or "
         "see what the model "
         "learned";
}

}  // namespace

void HttpResponse::clear() noexcept {
  constexpr std::size_t kKept = 64 << 10;
  if (bytes_.capacity() > kKept) std::string().swap(bytes_);
}

void HttpResponse::begin(uint16_t status, std::string_view type) {
  bytes_.resize(kHeadRoom);
  head_lines_.clear();
  error_.clear();
  status_ = status;
  type_ = type;
}

void HttpResponse::put_error(uint16_t status, std::string_view text, uint32_t retry_after_s) {
  begin(status, kJson);
  error_.assign(text);
  JsonWriter(bytes_).begin_object().key("error").value(text).end_object();
  if (status != 429 && status != 503) return;
  add_head("Retry-After: ");
  head_lines_.append(Digits(std::max<uint32_t>(retry_after_s, 1)).text()).append("\r\n");
}

void HttpResponse::put_body(std::string_view type, std::string_view body) {
  begin(200, type);
  bytes_.append(body);
}

void HttpResponse::add_head(std::string_view lines) {
  head_lines_.append(lines);
}

bool HttpResponse::put_outputs(const Answer& answer, const CallBody& wishes, std::string& binary) {
  JsonWriter json(bytes_);
  json.begin_array();
  for (const Tensor& tensor : answer.outputs) {
    const bool is_binary = wishes.is_binary(tensor.name);
    const std::size_t odd = is_binary ? tensor.elements() : first_not_finite(tensor);
    if (odd != tensor.elements()) {
      put_error(500, not_finite(tensor, odd));
      return false;
    }
    json.begin_object()
        .key("name")
        .value(tensor.name)
        .key("datatype")
        .value(datatype_name(tensor.datatype));
    put_shape(json, tensor.shape);
    if (is_binary) {
      json.key("parameters")
          .begin_object()
          .key("binary_data_size")
          .value(append_binary(binary, tensor))
          .end_object();
    } else {
      json.key("data").begin_array();
      if (!put_data(bytes_, json, tensor)) {
        put_error(500, "output \"" + std::string(tensor.name) +
                           "\": not UTF-8, which JSON cannot say; ask for it in binary "
                           "(parameters.binary_data)");
        return false;
      }
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
  return true;
}

bool HttpResponse::put_answer(const Answer& answer, const CallBody& wishes, std::string& binary) {
  JsonWriter json(bytes_);
  json.begin_object()
      .key("model_name")
      .value(answer.model)
      .key("model_version")
      .value(answer.version);
  if (!answer.id.empty()) json.key("id").value(answer.id);
  if (!answer.parameters.empty()) {
    json.key("parameters").begin_object();
    for (const Parameter& parameter : answer.parameters)
      put_parameter(json, parameter);
    json.end_object();
  }
  json.key("outputs").raw("");
  if (!put_outputs(answer, wishes, binary)) return false;
  json.end_object();
  return true;
}

void HttpResponse::put(const Answer& answer, const CallBody& wishes, bool is_bare) {
  begin(200, kJson);
  if (is_bare) {
    if (answer.outputs.empty()) return put_error(500, "inference: the model gave no output");
    const Tensor& tensor = answer.outputs[0];
    const std::size_t odd = first_not_finite(tensor);
    if (odd != tensor.elements()) return put_error(500, not_finite(tensor, odd));
    JsonWriter json(bytes_);
    const bool is_one = tensor.elements() == 1;
    if (!is_one) json.begin_array();
    put_data(bytes_, json, tensor);
    if (!is_one) json.end_array();
    head_lines_.append("Freshet-Lsn: ").append(Digits(answer.lsn).text()).append("\r\n");
    return;
  }
  std::string binary;
  if (!put_answer(answer, wishes, binary)) return;
  const bool is_binary =
      std::any_of(answer.outputs.begin(), answer.outputs.end(),
                  [&](const Tensor& tensor) { return wishes.is_binary(tensor.name); });
  if (!is_binary) return;
  type_ = kBinary;
  head_lines_.append("Inference-Header-Content-Length: ")
      .append(Digits(bytes_.size() - kHeadRoom).text())
      .append("\r\n");
  bytes_.append(binary);
}

void HttpResponse::put(const TrainAnswer& answer, const CallBody& wishes, bool is_bare) {
  begin(answer.ack == Ack::queued ? 202 : 200, is_bare ? "" : kJson);
  if (is_bare) {
    head_lines_.append("Freshet-Lsn: ").append(Digits(answer.lsn).text()).append("\r\n");
    return;
  }
  JsonWriter json(bytes_);
  json.begin_object()
      .key("model_name")
      .value(answer.model)
      .key("model_version")
      .value(answer.version);
  if (!answer.id.empty()) json.key("id").value(answer.id);
  json.key("accepted")
      .value(answer.accepted)
      .key("skipped")
      .value(answer.skipped)
      .key("lsn")
      .value(answer.lsn);
  json.key("ack").value(ack_name(answer.ack)).key("duplicate").value(answer.duplicate);
  if (answer.ack != Ack::queued) {
    json.key("loss").begin_array();
    for (const double loss : answer.loss)
      json.value(loss);
    json.end_array();
  }
  if (answer.prediction != nullptr) {
    json.key("outputs").raw("");
    std::string none;
    const CallBody* in_json = &wishes;
    if (!put_outputs(*answer.prediction, *in_json, none)) return;
    if (!none.empty()) {
      head_lines_.append("Inference-Header-Content-Length: ")
          .append(Digits(bytes_.size() + 1 - kHeadRoom).text())
          .append("\r\n");
      type_ = kBinary;
      json.end_object();
      bytes_.append(none);
      return;
    }
  }
  json.end_object();
}

void HttpResponse::put(const FeedbackAnswer& answer) {
  begin(200, kJson);
  JsonWriter json(bytes_);
  json.begin_object().key("lsn").value(answer.lsn).key("results").begin_array();
  for (const LabelAnswer& result : answer.results) {
    json.begin_object()
        .key("id")
        .value(result.id)
        .key("status")
        .value(label_status_name(result.status))
        .end_object();
  }
  json.end_array().end_object();
}

void HttpResponse::put(const Health& health, Method method) {
  const bool is_good = method == Method::live ? health.live : health.ready;
  begin(is_good ? 200 : 503, kJson);
  JsonWriter json(bytes_);
  json.begin_object();
  if (method == Method::model_ready) {
    json.key("name").value(health.name);
  } else {
    json.key("live").value(health.live);
  }
  json.key("ready").value(health.ready).end_object();
  if (!is_good) add_head("Retry-After: 1\r\n");
}

void HttpResponse::put(const ServerMetadata& metadata) {
  begin(200, kJson);
  JsonWriter json(bytes_);
  json.begin_object().key("name").value(metadata.name).key("version").value(metadata.version);
  json.key("extensions").begin_array();
  for (const std::string_view extension : metadata.extensions)
    json.value(extension);
  json.end_array().end_object();
}

namespace {

// Triton's config writes TYPE_FP32 where metadata write FP32, and TYPE_STRING for BYTES.
void put_tensors(JsonWriter& json, std::span<const TensorMetadata> tensors, bool is_config) {
  json.begin_array();
  for (const TensorMetadata& tensor : tensors) {
    json.begin_object().key("name").value(tensor.name);
    const std::string_view type = datatype_name(tensor.datatype);
    if (is_config) {
      const std::string_view name = tensor.datatype == Datatype::bytes ? "STRING" : type;
      json.key("data_type").value("TYPE_" + std::string(name));
      json.key("dims").begin_array();
      for (const int64_t dimension : tensor.shape)
        json.value(dimension);
      json.end_array();
    } else {
      json.key("datatype").value(type);
      put_shape(json, tensor.shape);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void HttpResponse::put(const ModelMetadata& metadata, bool is_config) {
  begin(200, kJson);
  JsonWriter json(bytes_);
  json.begin_object().key("name").value(metadata.name);
  if (!is_config) {
    json.key("versions").begin_array();
    for (const std::string_view version : metadata.versions)
      json.value(version);
    json.end_array();
  }
  json.key("platform").value(metadata.platform);
  if (is_config)
    json.key("backend").value("freshet").key("max_batch_size").value(metadata.max_batch_size);
  json.key(is_config ? "input" : "inputs");
  put_tensors(json, metadata.inputs, is_config);
  json.key(is_config ? "output" : "outputs");
  put_tensors(json, metadata.outputs, is_config);
  json.end_object();
}

void HttpResponse::put(std::span<const IndexEntry> entries) {
  begin(200, kJson);
  JsonWriter json(bytes_);
  json.begin_array();
  for (const IndexEntry& entry : entries) {
    json.begin_object().key("name").value(entry.name).key("version").value(entry.version);
    json.key("state").value(entry.state).key("reason").value(entry.reason).end_object();
  }
  json.end_array();
}

std::string_view HttpResponse::finish(std::string_view date, bool closes, bool is_head) {
  const std::size_t body = bytes_.size() - kHeadRoom;
  char head[kHeadRoom];
  std::size_t size = 0;
  const auto put = [&](std::string_view text) {
    std::memcpy(head + size, text.data(), text.size());
    size += text.size();
  };
  put("HTTP/1.1 ");
  put(http_status_line(status_));
  put("\r\nDate: ");
  put(date);
  if (body != 0 || !type_.empty()) {
    put("\r\nContent-Type: ");
    put(type_);
  }
  put("\r\nContent-Length: ");
  put(Digits(body).text());
  put(closes ? "\r\nConnection: close\r\n" : "\r\n");
  put(head_lines_);
  put("\r\n");
  std::memcpy(bytes_.data() + kHeadRoom - size, head, size);
  return {bytes_.data() + kHeadRoom - size, size + (is_head ? 0 : body)};
}

std::string HttpResponse::finish_stream(std::string_view date) {
  std::string head = "HTTP/1.1 200 OK\r\nDate: ";
  head.append(date).append("\r\nContent-Type: ").append(type_);
  head.append("\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n");
  return head.append(head_lines_).append("\r\n");
}

}  // namespace freshet
