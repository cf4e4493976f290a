#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "freshet/base/chars.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/core/model_file.h"
#include "freshet/core/model_file_layout.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/transformer.h"

namespace freshet {
namespace {

using Bytes = std::vector<std::byte>;

void append(Bytes& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}
void append(Bytes& to, std::string_view text) {
  append(to, std::as_bytes(std::span(text.data(), text.size())));
}
void append_u16(Bytes& to, uint16_t x) {
  std::array<std::byte, 2> b{};
  put_u16(b.data(), x);
  append(to, b);
}
void append_u32(Bytes& to, uint32_t x) {
  std::array<std::byte, 4> b{};
  put_u32(b.data(), x);
  append(to, b);
}
void append_u64(Bytes& to, uint64_t x) {
  std::array<std::byte, 8> b{};
  put_u64(b.data(), x);
  append(to, b);
}

Bytes value_bytes(const Value& value) {
  Bytes out;
  if (const auto* flag = std::get_if<bool>(&value)) out.push_back(std::byte{*flag});
  if (const auto* whole = std::get_if<int64_t>(&value))
    append_u64(out, static_cast<uint64_t>(*whole));
  if (const auto* count = std::get_if<uint64_t>(&value)) append_u64(out, *count);
  if (const auto* real = std::get_if<double>(&value)) append_u64(out, bit_cast<uint64_t>(*real));
  if (const auto* text = std::get_if<std::string>(&value)) append(out, std::string_view(*text));
  if (const auto* bytes = std::get_if<Bytes>(&value)) append(out, *bytes);
  return out;
}

// u16 key length | u8 type | u8 0 | u32 value length | key | value, sorted by key: std::map is.
Bytes head_bytes(const Keys& keys) {
  Bytes out;
  for (const auto& [key, value] : keys) {
    const Bytes bytes = value_bytes(value);
    append_u16(out, static_cast<uint16_t>(key.size()));
    out.push_back(static_cast<std::byte>(value.index() + 1));
    out.push_back(std::byte{0});
    append_u32(out, static_cast<uint32_t>(bytes.size()));
    append(out, key);
    append(out, bytes);
  }
  return out;
}

/// Appends header and payload; the file so far ends anywhere, the header goes to the next place
/// that is 32 mod 64.
void append_chunk(Bytes& file, ChunkTag tag, bool optional, std::span<const std::byte> payload,
                  uint32_t crc) {
  file.resize(layout::header_place(file.size()));
  std::array<std::byte, layout::kHeader> header{};
  std::memcpy(header.data(), tag.text, 4);
  put_u32(header.data() + 4, optional ? 1 : 0);
  put_u64(header.data() + 8, payload.size());
  put_u32(header.data() + 16, crc);
  put_u32(header.data() + 20, crc32c(std::span<const std::byte>(header).first(20)));
  append(file, header);
  append(file, payload);
}

/// The value of an option under the key that holds it.
Value option_value(const OptionSpec& spec, const void* options) {
  const void* from = spec.address(const_cast<void*>(options));
  switch (spec.type) {
    case Type::f32:
      return double{*static_cast<const float*>(from)};
    case Type::f64:
      return *static_cast<const double*>(from);
    case Type::i32:
      return int64_t{*static_cast<const int32_t*>(from)};
    case Type::u32:
      return uint64_t{*static_cast<const uint32_t*>(from)};
    case Type::u64:
      return *static_cast<const uint64_t*>(from);
    case Type::boolean:
      return *static_cast<const bool*>(from);
    default:
      break;
  }
  std::string text(64, '\0');
  const std::size_t size = format_option(spec, options, text);
  if (size > text.size()) {
    text.resize(size);
    (void)format_option(spec, options, text);
  }
  text.resize(size);
  return text;
}

}  // namespace

std::vector<std::byte> encode_keys(const Keys& keys) noexcept {
  return head_bytes(keys);
}

/// Puts a component's tensors under its prefix.
class PrefixWriter final : public Writer {
 public:
  PrefixWriter(ModelFileWriter& file, std::string prefix)
      : file_(file), prefix_(std::move(prefix) + "/") {}
  Status put(std::string_view name, const TensorRef& tensor) noexcept override {
    return file_.add_tensor(prefix_ + std::string(name), tensor);
  }

 private:
  ModelFileWriter& file_;
  std::string prefix_;
};

std::unique_ptr<Writer> ModelFileWriter::writer(std::string prefix) {
  return std::make_unique<PrefixWriter>(*this, std::move(prefix));
}

void ModelFileWriter::set_schema(const Schema& schema) {
  Bytes payload(schema.encoded_size());
  schema.encode(payload);
  add_chunk(layout::kSchema, false, std::move(payload));
}

void ModelFileWriter::describe(std::string_view prefix, const Component& component) {
  const Info& info = component.info();
  const std::string base(prefix);
  keys[base + ".name"] = std::string(info.name);
  keys[base + ".format"] = uint64_t{info.format};
  for (const OptionSpec& spec : info.options)
    keys[base + ".option." + std::string(option_name(spec))] =
        option_value(spec, component.options());
}

Status ModelFileWriter::add_learner(const Learner& learner) noexcept {
  std::vector<const Component*> steps;
  if (const Pipeline* pipeline = learner.pipeline()) {
    for (const auto& transform : pipeline->transforms())
      steps.push_back(transform.get());
    steps.push_back(&pipeline->learner());
  } else {
    steps.push_back(&learner);
  }
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const std::string place(Digits(k).text());
    describe("step." + place, *steps[k]);
    PrefixWriter out(*this, place);
    FRESHET_TRY(steps[k]->save(out));
  }
  return {};
}

Status ModelFileWriter::add_metric(const Metric& metric) noexcept {
  const std::string place = "metric." + std::string(Digits(metrics_++).text());
  describe(place, metric);
  PrefixWriter out(*this, place);
  return metric.save(out);
}

// u8 dtype | u8 rank | u16 name length | u32 0 | u64 dims[rank] | name | zeros to a multiple of 64
// | data
Status ModelFileWriter::add_tensor(std::string_view full_name, const TensorRef& tensor) noexcept {
  if (tensor.shape.size() > layout::kMaxRank || full_name.size() > 65'535)
    return {Code::invalid_argument,
            "model file: a tensor has more than 8 dimensions or too long a name"};
  Bytes payload;
  payload.reserve(layout::kHeader * 4 + full_name.size() + tensor.data.size());
  payload.push_back(static_cast<std::byte>(tensor.type));
  payload.push_back(static_cast<std::byte>(tensor.shape.size()));
  append_u16(payload, static_cast<uint16_t>(full_name.size()));
  append_u32(payload, 0);
  for (const uint64_t dim : tensor.shape)
    append_u64(payload, dim);
  append(payload, full_name);
  payload.resize(layout::round_up(payload.size(), layout::kAlign));
  append(payload, tensor.data);
  add_chunk(layout::kTensor, false, std::move(payload));
  return {};
}

void ModelFileWriter::add_chunk(ChunkTag tag, bool optional, std::vector<std::byte> payload) {
  chunks_.push_back({tag, optional, std::move(payload)});
}

std::vector<std::byte> ModelFileWriter::finish() noexcept {
  const Bytes head = head_bytes(keys);
  std::size_t size = layout::kAlign * 4 + head.size();
  for (const Chunk& chunk : chunks_)
    size += chunk.payload.size() + layout::kAlign * 2;
  Bytes file;
  file.reserve(size);
  append(file, layout::magic());
  append_u16(file, layout::kContainer);
  file.resize(layout::kPreamble);

  Bytes crcs;
  const auto add = [&](ChunkTag tag, bool optional, std::span<const std::byte> payload) {
    const uint32_t crc = crc32c(payload);
    append_u32(crcs, crc);
    append_chunk(file, tag, optional, payload, crc);
  };
  add(layout::kHead, false, head);
  for (const Chunk& chunk : chunks_)
    add(chunk.tag, chunk.optional, chunk.payload);
  Bytes end;
  append_u64(end, chunks_.size() + 1);
  append_u32(end, crc32c(crcs));
  append_chunk(file, layout::kEnd, false, end, crc32c(end));
  chunks_.clear();
  return file;
}

}  // namespace freshet
