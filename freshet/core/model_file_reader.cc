#include <cstring>
#include <set>
#include <utility>

#include "freshet/base/chars.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/failure.h"
#include "freshet/core/model_file.h"
#include "freshet/core/model_file_layout.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/transformer.h"

namespace freshet {
namespace {

using Bytes = std::span<const std::byte>;

Status corrupt(const char* text, std::size_t at) noexcept {
  return {Code::corrupt, text, static_cast<uint32_t>(at < 0xffffffff ? at : 0xffffffff)};
}

bool all_zero(Bytes bytes) noexcept {
  for (const std::byte b : bytes)
    if (b != std::byte{0}) return false;
  return true;
}

std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Status check_preamble(Bytes file) noexcept {
  if (file.size() < layout::kPreamble)
    return corrupt("model file: shorter than its preamble", file.size());
  if (!std::equal(file.begin(), file.begin() + 8, layout::magic().begin()))
    return corrupt("model file: it doesn't begin like one; is this another kind of file?", 0);
  if (get_u16(file.data() + 8) != layout::kContainer)
    return {Code::unsupported,
            "model file: its container is newer than this version knows; update freshet", 8};
  if (!all_zero(file.subspan(10, layout::kPreamble - 10)))
    return corrupt("model file: the preamble is damaged", 10);
  return {};
}

/// Reads the chunk whose header stands behind `end` bytes; moves `end` behind its payload.
Result<ModelFileReader::ChunkView> read_chunk(Bytes file, std::size_t& end) noexcept {
  const std::size_t at = layout::header_place(end);
  if (at + layout::kHeader > file.size())
    return corrupt("model file: cut short: a chunk is missing", end);
  if (!all_zero(file.subspan(end, at - end)))
    return corrupt("model file: bytes between chunks aren't zero", end);
  const std::byte* header = file.data() + at;
  if (crc32c(file.subspan(at, 20)) != get_u32(header + 20) || !all_zero(file.subspan(at + 24, 8)))
    return corrupt("model file: a chunk's header is damaged", at);
  ModelFileReader::ChunkView chunk{};
  std::memcpy(chunk.tag.text, header, 4);
  const uint32_t flags = get_u32(header + 4);
  const uint64_t length = get_u64(header + 8);
  if (flags > 1)
    return Status(Code::unsupported,
                  "model file: a chunk has flags this version doesn't know; update freshet");
  if (length > file.size() - at - layout::kHeader)
    return corrupt("model file: cut short inside a chunk", at);
  chunk.optional = flags == 1;
  chunk.payload = file.subspan(at + layout::kHeader, static_cast<std::size_t>(length));
  chunk.crc = get_u32(header + 16);
  if (crc32c(chunk.payload) != chunk.crc)
    return corrupt("model file: a chunk's checksum doesn't hold", at);
  end = at + layout::kHeader + chunk.payload.size();
  return chunk;
}

Status read_value(uint8_t type, Bytes bytes, Value& value) noexcept {
  const auto bad = [] {
    return corrupt("model file: a key's value has the wrong size or type", 0);
  };
  if (type == 1 && (bytes.size() != 1 || std::to_integer<int>(bytes[0]) > 1)) return bad();
  if (type >= 2 && type <= 4 && bytes.size() != 8) return bad();
  switch (type) {
    case 1:
      value = bytes[0] != std::byte{0};
      return {};
    case 2:
      value = get_i64(bytes.data());
      return {};
    case 3:
      value = get_u64(bytes.data());
      return {};
    case 4:
      value = get_f64(bytes.data());
      return {};
    case 5:
      value = std::string(text_of(bytes));
      return {};
    case 6:
      value = std::vector<std::byte>(bytes.begin(), bytes.end());
      return {};
    default:
      return bad();
  }
}

Status read_head(Bytes bytes, Keys& keys) noexcept {
  std::string_view last;
  while (!bytes.empty()) {
    if (bytes.size() < 8) return corrupt("model file: chunk HEAD is cut short", 0);
    const uint16_t key_length = get_u16(bytes.data());
    const auto type = std::to_integer<uint8_t>(bytes[2]);
    const uint32_t value_length = get_u32(bytes.data() + 4);
    if (bytes[3] != std::byte{0} || uint64_t{8} + key_length + value_length > bytes.size())
      return corrupt("model file: chunk HEAD is damaged", 0);
    const std::string_view key = text_of(bytes.subspan(8, key_length));
    if (!keys.empty() && key <= last) return corrupt("model file: keys aren't sorted", 0);
    Value value;
    FRESHET_TRY(read_value(type, bytes.subspan(8u + key_length, value_length), value));
    keys.emplace_hint(keys.end(), key, std::move(value));
    last = key;
    bytes = bytes.subspan(std::size_t{8} + key_length + value_length);
  }
  return {};
}

Result<ModelFileReader::TensorView> read_tensor(Bytes payload) noexcept {
  const auto bad = [] { return corrupt("model file: a tensor's header is damaged", 0); };
  if (payload.size() < 8) return bad();
  ModelFileReader::TensorView tensor{};
  const auto type = std::to_integer<uint8_t>(payload[0]);
  const auto rank = std::to_integer<uint8_t>(payload[1]);
  const uint16_t name_length = get_u16(payload.data() + 2);
  if (type < 1 || type > static_cast<uint8_t>(DType::c128))
    return Status(Code::unsupported,
                  "model file: a tensor has a type this version doesn't know; update freshet");
  if (rank > layout::kMaxRank || get_u32(payload.data() + 4) != 0) return bad();
  const std::size_t names = 8 + std::size_t{8} * rank;
  const std::size_t data = layout::round_up(names + name_length, layout::kAlign);
  if (data > payload.size()) return bad();
  tensor.type = static_cast<DType>(type);
  uint64_t size = size_of(tensor.type);
  for (std::size_t k = 0; k < rank; ++k) {
    const uint64_t dim = get_u64(payload.data() + 8 + 8 * k);
    if (dim != 0 && size > UINT64_MAX / dim) return bad();
    size *= dim;
    tensor.shape.push_back(dim);
  }
  if (size != payload.size() - data ||
      !all_zero(payload.subspan(names + name_length, data - names - name_length)))
    return bad();
  tensor.name = text_of(payload.subspan(names, name_length));
  tensor.data = payload.subspan(data);
  return tensor;
}

bool is_known(ChunkTag tag) noexcept {
  return tag == layout::kHead || tag == layout::kSchema || tag == layout::kTensor;
}

std::string text_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::string(Digits(*whole).text());
  if (const auto* count = std::get_if<uint64_t>(&value)) return std::string(Digits(*count).text());
  if (const auto* real = std::get_if<double>(&value)) return std::string(Digits(*real).text());
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

/// An f32 option is stored as the double that equals it; its shortest text is that of the float.
std::string option_text(const OptionSpec& spec, const Value& value) {
  const auto* real = std::get_if<double>(&value);
  if (real != nullptr && spec.type == Type::f32)
    return std::string(Digits(static_cast<float>(*real)).text());
  return text_of(value);
}

/// Gives a component its tensors back.
class PrefixReader final : public Reader {
 public:
  PrefixReader(const ModelFileReader& file, std::string prefix, uint32_t format)
      : file_(file), prefix_(std::move(prefix) + "/"), format_(format) {}
  uint32_t format() const noexcept override { return format_; }
  Result<TensorRef> get(std::string_view name) noexcept override {
    return file_.tensor(prefix_ + std::string(name));
  }
  bool stays() const noexcept override { return file_.stays(); }

 private:
  const ModelFileReader& file_;
  std::string prefix_;
  uint32_t format_;
};

/// Makes the component that keys `<prefix>.name`, `.format`, `.option.*` describe and loads tensors
/// `<tensors>/*`.
template <class T>
Result<std::unique_ptr<T>> make_component(const ModelFileReader& file, const Entry<T>* entry,
                                          const std::string& prefix, const std::string& tensors,
                                          const Registry& registry) noexcept {
  const auto unsupported = [&](const std::string& what) {
    return failure(Code::unsupported, "model file: " + what + "; it was written by freshet " +
                                          std::string(file.text("freshet.version")) +
                                          ": update this one");
  };
  if (entry == nullptr)
    return unsupported("no component \"" + std::string(file.text(prefix + ".name")) + "\" here");
  const Info& info = entry->info;
  const uint64_t format = file.number(prefix + ".format");
  if (format < info.oldest_format || format > info.format)
    return unsupported("format " + std::string(Digits(format).text()) + " of " +
                       std::string(info.name));
  const auto options =
      std::make_unique<std::max_align_t[]>(info.options_size / sizeof(std::max_align_t) + 1);
  info.defaults(options.get());
  std::vector<std::unique_ptr<std::string>> texts;  // borrowed by the options while `make` runs
  const std::string option_prefix = prefix + ".option.";
  for (auto key = file.keys().lower_bound(option_prefix);
       key != file.keys().end() && key->first.starts_with(option_prefix); ++key) {
    const std::string name = key->first.substr(option_prefix.size());
    const OptionSpec* spec = find_option(info.options, name);
    if (spec == nullptr)
      return unsupported("no option \"" + name + "\" in " + std::string(info.name));
    texts.push_back(std::make_unique<std::string>(option_text(*spec, key->second)));
    if (Status set = set_option(info.options, options.get(), name, *texts.back()); !set.ok())
      return failure(Code::corrupt,
                     "model file: " + std::string(info.name) + ": " + std::string(set.text()));
  }
  auto made = entry->make(options.get(), registry);
  if (!made.ok()) return made;
  PrefixReader reader(file, tensors, static_cast<uint32_t>(format));
  FRESHET_TRY((*made)->load(reader));
  return made;
}

}  // namespace

Result<Keys> decode_keys(std::span<const std::byte> bytes) noexcept {
  Keys keys;
  FRESHET_TRY(read_head(bytes, keys));
  return keys;
}

Result<ModelFileReader> ModelFileReader::open(std::span<const std::byte> bytes) noexcept {
  FRESHET_TRY(check_preamble(bytes));
  ModelFileReader file;
  std::size_t end = layout::kPreamble;
  std::vector<std::byte> crcs;
  std::set<std::string_view> names;
  for (;;) {
    auto chunk = read_chunk(bytes, end);
    if (!chunk.ok()) return std::move(chunk).status();
    const bool is_first = file.chunks_.empty();
    if (chunk->tag == layout::kEnd) {
      if (is_first || chunk->payload.size() != 12 ||
          get_u64(chunk->payload.data()) != file.chunks_.size() ||
          get_u32(chunk->payload.data() + 8) != crc32c(crcs))
        return corrupt("model file: its end doesn't fit the chunks before it", end);
      if (chunk->optional || end != bytes.size())
        return corrupt("model file: bytes follow its end", end);
      return file;
    }
    if (is_first != (chunk->tag == layout::kHead))
      return corrupt("model file: HEAD isn't the first chunk", end);
    if (!is_known(chunk->tag) && !chunk->optional)
      return failure(Code::unsupported, "model file: chunk \"" + std::string(chunk->tag.text, 4) +
                                            "\" is needed and unknown; it was written by freshet " +
                                            std::string(file.text("freshet.version")) +
                                            ": update this one");
    if (chunk->tag == layout::kHead) FRESHET_TRY(read_head(chunk->payload, file.keys_));
    if (chunk->tag == layout::kSchema && file.chunk(layout::kSchema) != nullptr)
      return corrupt("model file: chunk SCHM stands twice", end);
    if (chunk->tag == layout::kTensor) {
      auto tensor = read_tensor(chunk->payload);
      if (!tensor.ok()) return std::move(tensor).status();
      if (!names.insert(tensor->name).second)
        return corrupt("model file: a tensor stands twice", end);
      file.tensors_.push_back(std::move(*tensor));
    }
    const std::size_t place = crcs.size();
    crcs.resize(place + 4);
    put_u32(crcs.data() + place, chunk->crc);
    file.chunks_.push_back(*chunk);
  }
}

const ModelFileReader::ChunkView* ModelFileReader::chunk(ChunkTag tag) const noexcept {
  for (const ChunkView& chunk : chunks_)
    if (chunk.tag == tag) return &chunk;
  return nullptr;
}

Result<TensorRef> ModelFileReader::tensor(std::string_view full_name) const noexcept {
  for (const TensorView& tensor : tensors_)
    if (tensor.name == full_name) return TensorRef{tensor.type, tensor.shape, tensor.data};
  return {Code::not_found, "model file: a tensor its component needs is missing"};
}

uint64_t ModelFileReader::number(std::string_view key, uint64_t fallback) const noexcept {
  if (const auto* count = find_value<uint64_t>(keys_, key)) return *count;
  if (const auto* whole = find_value<int64_t>(keys_, key)) return static_cast<uint64_t>(*whole);
  return fallback;
}

std::string_view ModelFileReader::text(std::string_view key) const noexcept {
  const auto* text = find_value<std::string>(keys_, key);
  return text == nullptr ? std::string_view{} : *text;
}

Result<Schema> ModelFileReader::schema(uint32_t max_names) const noexcept {
  const ChunkView* chunk = this->chunk(layout::kSchema);
  return chunk == nullptr ? Schema(max_names) : Schema::decode(chunk->payload, max_names);
}

Result<std::unique_ptr<Learner>> ModelFileReader::learner(const Registry& registry) const noexcept {
  std::vector<std::unique_ptr<Transformer>> transforms;
  for (std::size_t k = 0;; ++k) {
    const std::string place(Digits(k).text());
    const std::string prefix = "step." + place;
    const std::string name(text(prefix + ".name"));
    if (name.empty()) return {Code::corrupt, "model file: it holds no learner"};
    const bool is_last = text("step." + std::string(Digits(k + 1).text()) + ".name").empty();
    if (!is_last) {
      auto made =
          make_component(*this, find_entry(registry.transforms, name), prefix, place, registry);
      if (!made.ok()) return std::move(made).status();
      transforms.push_back(std::move(*made));
      continue;
    }
    auto made = make_component(*this, find_entry(registry.learners, name), prefix, place, registry);
    if (!made.ok() || transforms.empty()) return made;
    return std::unique_ptr<Learner>(
        std::make_unique<Pipeline>(std::move(transforms), std::move(*made)));
  }
}

Result<std::vector<std::unique_ptr<Metric>>> ModelFileReader::metrics(
    const Registry& registry) const noexcept {
  std::vector<std::unique_ptr<Metric>> out;
  for (std::size_t k = 0;; ++k) {
    const std::string prefix = "metric." + std::string(Digits(k).text());
    const std::string_view name = text(prefix + ".name");
    if (name.empty()) return out;
    auto made = make_component(*this, find_entry(registry.metrics, name), prefix, prefix, registry);
    if (!made.ok()) return std::move(made).status();
    out.push_back(std::move(*made));
  }
}

std::unique_ptr<Reader> ModelFileReader::reader(std::string prefix, uint32_t format) const {
  return std::make_unique<PrefixReader>(*this, std::move(prefix), format);
}

}  // namespace freshet
